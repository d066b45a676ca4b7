import type { MessagePort } from 'node:worker_threads';
import type { ErrorWire, IsolateSettings } from '@waybill/protocol';

/** What runs the guests of a thread. */
export type ThreadEngine =
  | { readonly kind: 'isolate' }
  | {
      readonly kind: 'realm';
      /** Whether errors of guests have stack frames. */
      readonly stacks: boolean;
      /** Heap of the thread, in bytes; the pool has set it. */
      readonly threadHeapBytes: number;
    };

/** What the pool tells each of its threads at birth; plain data. */
export interface ThreadOptions {
  readonly engine: ThreadEngine;
  readonly isolates: IsolateSettings;
  /** Heap of the isolates that are made ahead, in bytes: the default of the jobs' limit. */
  readonly memoryBytes: number;
  /** Isolates of this thread that may compute at one moment. */
  readonly runningIsolates: number;
  /** Made by {@link makeRunClock}; the same for all threads of a process. */
  readonly runClock: SharedArrayBuffer;
  /** Names of the host functions that live in the submitting thread. */
  readonly submitterFunctions: readonly string[];
  /** URL of the module whose exports are the host functions of this thread. */
  readonly hostModuleUrl: string | undefined;
}

/** A message of a thread to the pool: its first, and its last where it must end. */
export type ThreadGreeting =
  | {
      readonly waybill: 'ready';
      readonly threadId: number;
      /** The pool's end of the session with this thread; transferred. */
      readonly port: MessagePort;
      /** Names of the host functions that the thread's module exports. */
      readonly workerFunctions: readonly string[];
      /** Buffer of the thread's `TurnNote`, where its guests compute in the heap of the thread. */
      readonly turnNote?: SharedArrayBuffer;
    }
  | { readonly waybill: 'failed'; readonly threadId: number; readonly error: ErrorWire };
