import type { AttemptMessage, AttemptReport } from '@waybill/protocol';
import type { SessionPort } from '@waybill/rpc';
import type { ThreadOptions } from '@waybill/worker/entry-url';
import type { ThreadGone } from './thread-gone.ts';

/** A thread that is up and introduced itself. */
export interface JoinedThread {
  /** Node's id, unique within its process. */
  readonly threadId: number;
  /** Our end of the session with it. */
  readonly port: SessionPort;
  /** Names of the host functions that its module exports. */
  readonly workerFunctions: readonly string[];
  /** Hears that the thread is gone, the first time with all that is known of it. */
  onGone(tell: (gone: ThreadGone) => void): void;
  /**
   * Asks which attempt's guest computes in the thread. Of the engine `isolate` it is never known: its guests do not hold the
   * thread. Never rejects; where the process is gone, `undefined`.
   */
  holder(): Promise<number | undefined>;
  /** Ends the thread, whatever it does. Isolates of the addon must have been disposed; of the engine `realm` none need be. */
  terminate(): void;
}

/** Hears what happens to the threads of one process. */
export interface ThreadsListener {
  joined(thread: JoinedThread): void;
  /** A thread that is up said that it must end. */
  failing(threadId: number): void;
  /** A thread could not start, or failed outside of any attempt. */
  failed(error: unknown): void;
}

/** The threads of one process, wherever that is. */
export interface Threads {
  /**
   * Runs an attempt in a thread.
   *
   * @throws `ERR_WAYBILL_WORKER_EXITED` where the thread is gone; `ERR_WAYBILL_INTERNAL` where the message cannot be sent
   */
  run(threadId: number, message: AttemptMessage): Promise<AttemptReport>;
  /** Ends the threads. With threads in this process only after their isolates are disposed. */
  end(): Promise<void>;
}

/** How many threads there are and what each is told at birth; plain data. */
export interface ThreadsPlan {
  readonly threads: number;
  readonly attemptsPerThread: number;
  readonly options: Omit<ThreadOptions, 'runClock'>;
}
