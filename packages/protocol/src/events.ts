import type { CrashReport } from './crash-report.ts';
import type { ErrorCode } from './error-codes.ts';
import type { EscalationStep } from './escalation.ts';
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
  /** As in the outcome. */
  readonly escalation?: EscalationStep;
  /** As in the outcome. */
  readonly attemptCount?: number;
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

/** Something that happened to, or in, one worker thread. */
export interface PoolThreadEvent {
  /** Operating system's id of the process it is in: the submitting one with `containment: 'thread'`. */
  readonly processId: number;
  /** Node's id of the thread, unique within its process. */
  readonly threadId: number;
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
  /**
   * A job was queued; `queuedAhead` jobs were before it. It will wait for about `estimatedWaitMs`, as far as its tenant
   * has its turns as before; undefined as long as nothing is known of that.
   */
  'job:admitted': JobEvent & {
    readonly queuedAhead: number;
    readonly estimatedWaitMs: number | undefined;
  };
  /** A worker took the job; again, if the one that had it was lost. */
  'job:started': JobEvent & PoolThreadEvent;
  /** The job's guest did not end by itself: a step was taken against it; one event for each, in their order. */
  'job:escalated': JobEvent & { readonly step: EscalationStep };
  /** What ran the job was lost, and the job waits for a place again; `code` says what was lost. */
  'job:rerun': JobEvent & { readonly code: ErrorCode; readonly attemptCount: number };
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
  /** A program cost a process for the second time and is refused from now on. */
  'guest:quarantined': { readonly tenant: string; readonly programHash: string };
  /** A worker thread is ready for work. */
  'worker:started': PoolThreadEvent;
  /** A worker thread ended; `expected` if Waybill ended it. */
  'worker:exited': PoolThreadEvent & { readonly expected: boolean };
  /** An isolate takes no new job; it is disposed when its last one ends, and replaced when it is needed. */
  'isolate:recycled': PoolThreadEvent & {
    readonly tenant: string;
    readonly reason: RecycleReason;
  };
  /** An isolate did not stop when it was disposed: its thread cannot end, and one core is gone with it. */
  'isolate:wedged': PoolThreadEvent & {
    readonly tenant: string;
    /** What it did not do; for people. */
    readonly reason: string;
  };
  /** A pool process is up, with all its threads. */
  'process:started': { readonly processId: number };
  /** A pool process takes no new work and will be killed. */
  'process:wedged': { readonly processId: number; readonly reason: string };
  /** A pool process is gone. */
  'process:exited': { readonly processId: number; readonly crash?: CrashReport };
}

/** Name of an event. */
export type WaybillEventName = keyof WaybillEvents;

// A record, so that the compiler misses a name that is left out.
const eventNames: Readonly<Record<WaybillEventName, true>> = {
  'job:admitted': true,
  'job:started': true,
  'job:escalated': true,
  'job:rerun': true,
  'job:logged': true,
  'job:settled': true,
  'host:called': true,
  'function:deployed': true,
  'function:removed': true,
  'guest:quarantined': true,
  'worker:started': true,
  'worker:exited': true,
  'isolate:recycled': true,
  'isolate:wedged': true,
  'process:started': true,
  'process:wedged': true,
  'process:exited': true,
};

/** The name of every event. */
export const waybillEventNames: readonly WaybillEventName[] = Object.freeze(
  Object.keys(eventNames) as WaybillEventName[],
);
