import type { ErrorCode } from './error-codes.ts';
import type { Bill, LogLine } from './outcome.ts';

/** What every event about a job says. */
export interface JobEvent {
  readonly jobId: string;
  readonly tenant: string;
}

/** How a job settled, without its value, its logs and its error text. */
export interface JobSettledEvent extends JobEvent {
  readonly ok: boolean;
  /** Present if the job failed. */
  readonly code?: ErrorCode;
  readonly bill: Bill;
}

/** One host call that ended. */
export interface HostCalledEvent extends JobEvent {
  /** Name of the host function. */
  readonly name: string;
  /** The thread it ran in. */
  readonly side: 'submitter' | 'worker';
  readonly tookMs: number;
  /** `false` if it threw. */
  readonly ok: boolean;
}

/** A function that was deployed or removed. */
export interface FunctionEvent {
  readonly tenant: string;
  readonly name: string;
}

/**
 * Why an isolate takes no new job: too old (`age`), used often enough (`use`), heap too full (`heap`), unused while room
 * was needed or its function removed (`idle`), gone by itself or a job was cut off in it (`lost`).
 */
export type RecycleReason = 'age' | 'use' | 'heap' | 'idle' | 'lost';

/**
 * Every event by name, with what it carries. Events are facts: they are emitted after the thing
 * happened.
 */
export interface WaybillEvents {
  /** A job was queued; `queuedAhead` jobs were before it. */
  'job:admitted': JobEvent & { readonly queuedAhead: number };
  /** A worker took the job. */
  'job:started': JobEvent & { readonly threadId: number };
  /** The guest logged a line that was kept. */
  'job:logged': JobEvent & { readonly line: LogLine };
  /** The job has its final outcome; exactly one for each admitted job. */
  'job:settled': JobSettledEvent;
  /** A host call ended. */
  'host:called': HostCalledEvent;
  /** A function was deployed. */
  'function:deployed': FunctionEvent;
  /** A function was removed. */
  'function:removed': FunctionEvent;
  /** A worker thread is ready for work. */
  'worker:started': { readonly threadId: number };
  /** A worker thread ended; `expected` if Waybill ended it. */
  'worker:exited': { readonly threadId: number; readonly expected: boolean };
  /** An isolate takes no new job; it is disposed when its last one ends, and replaced when it is needed. */
  'isolate:recycled': {
    readonly threadId: number;
    readonly tenant: string;
    readonly reason: RecycleReason;
  };
  /** An isolate did not stop when it was disposed: its thread cannot end, and one core is gone with it. */
  'isolate:wedged': {
    readonly threadId: number;
    readonly tenant: string;
    /** What it did not do; for people. */
    readonly reason: string;
  };
}

/** Name of an event. */
export type WaybillEventName = keyof WaybillEvents;

// A record, so that the compiler misses a name that is left out.
const eventNames: Readonly<Record<WaybillEventName, true>> = {
  'job:admitted': true,
  'job:started': true,
  'job:logged': true,
  'job:settled': true,
  'host:called': true,
  'function:deployed': true,
  'function:removed': true,
  'worker:started': true,
  'worker:exited': true,
  'isolate:recycled': true,
  'isolate:wedged': true,
};

/** The name of every event. */
export const waybillEventNames: readonly WaybillEventName[] = Object.freeze(
  Object.keys(eventNames) as WaybillEventName[],
);
