import type { EscalationStep } from './escalation.ts';
import type { ErrorWire } from './error-wire.ts';
import type { Limits } from './limits.ts';
import type { Program, Reuse } from './job.ts';
import type { RecycleReason } from './events.ts';
import type { Hop, LogLine } from './outcome.ts';
import type { Parcel } from './parcel/index.ts';

/** Pairs of variable name and JSON text, as context crosses borders. */
export type ContextEntries = readonly (readonly [name: string, text: string])[];

/** What one attempt at a job needs to know, as it crosses to a pool thread: plain data only. */
export interface AttemptMessage {
  /** Unique in this process, never used again. */
  readonly attemptId: number;
  readonly jobId: string;
  readonly tenant: string;
  readonly target: AttemptTarget;
  readonly input: Parcel;
  readonly limits: Limits;
  readonly reuse: Reuse;
  /** The carried context for host functions of the thread: version and entries. */
  readonly context: { readonly v: 1; readonly entries: ContextEntries };
  /** What the guest may read of it. */
  readonly guestContext: ContextEntries;
  /** `performance.now()` at submit; all threads of a process count from the same instant. */
  readonly submittedMs: number;
  /** `performance.now()` by which the job must have settled. */
  readonly deadlineMs: number;
  readonly trail: boolean;
  /** Whether log lines are wanted while the job runs, and not only in the report. */
  readonly streamsLog: boolean;
  /** Whether the ends of host calls in the thread are wanted while the job runs. */
  readonly streamsHostCalls: boolean;
}

/** What an attempt runs: a program of its own, or a deployed function that the thread keeps warm. */
export type AttemptTarget =
  | { readonly kind: 'program'; readonly program: Program }
  | { readonly kind: 'function'; readonly functionKey: string };

/** What came of an attempt, as it crosses back. */
export interface AttemptReport {
  readonly settlement:
    | { readonly ok: true; readonly value: Parcel }
    | { readonly ok: false; readonly error: ErrorWire };
  readonly logs: readonly LogLine[];
  readonly hops: readonly Hop[];
  readonly usage: AttemptUsage;
  /** Absent if the thread refused the attempt. */
  readonly steps?: AttemptSteps;
  /** The last step that was taken against a guest that did not end by itself; absent if none was. */
  readonly escalation?: EscalationStep;
}

/** What an attempt used; units as in {@link Bill}. */
export interface AttemptUsage {
  /** `performance.now()` when the thread took the attempt. */
  readonly startedMs: number;
  readonly cpuMs: number;
  readonly heapBytes: number;
  readonly hostCalls: number;
  readonly hostWaitMs: number;
  readonly logBytes: number;
}

/** How long the steps of an attempt in its thread took, in ms; the first begins when the thread takes the attempt. */
export interface AttemptSteps {
  readonly rebindMs: number;
  readonly runMs: number;
}

/** What a pool thread offers to the submitting thread. */
export interface ThreadApi {
  /** Settles a running attempt with an error; an attempt that is not running is left alone. */
  cancel(attemptId: number, error: ErrorWire): void;
  /** Calls a guest function that the guest passed to a host function. */
  callGuest(attemptId: number, callbackId: number, args: Parcel): Promise<Parcel>;
  /** Parses a program; throws what a job with it would fail with. */
  checkProgram(program: Program): void;
  /** Forgets a deployed function; its running jobs finish. */
  dropFunction(functionKey: string): void;
  stats(): ThreadStats;
  /** Disposes every isolate; resolves to the number of those that would not stop. */
  close(): Promise<number>;
}

/** One call of a host function of a pool thread, when it ended. */
export interface HostCallEnded {
  readonly name: string;
  readonly tookMs: number;
  /** `false` if it threw. */
  readonly ok: boolean;
}

/** What the submitting thread offers to a pool thread. */
export interface SubmitterApi {
  /** Runs a host function of the submitting thread in the context of the attempt's job. */
  hostCall(attemptId: number, name: string, args: Parcel): Promise<Parcel>;
  /**
   * Says that the attempt is about to call its first host function in the thread. The thread waits for the answer: from
   * then on the attempt is not run again after a loss, and no effect comes before that is known.
   */
  hostCalling(attemptId: number): void;
  /** Answers at once: what the thread sent before has been taken in. */
  catchUp(): void;
  logged(attemptId: number, line: LogLine): void;
  hostCalled(attemptId: number, ended: HostCallEnded): void;
  /** The program behind a deployed function that the thread does not know. */
  functionProgram(functionKey: string): FunctionProgram;
  isolateRecycled(tenant: string, reason: RecycleReason): void;
  isolateWedged(tenant: string, reason: string): void;
  /**
   * Says that the thread keeps more memory than it should and cannot let go of it: it is closed and replaced when its
   * attempts have ended. Idempotent.
   */
  wornOut(): void;
}

/** What a thread needs to warm a deployed function up. */
export interface FunctionProgram {
  readonly program: Program;
  /** The function's own: they bound the evaluation of its modules and the heap all its jobs share. */
  readonly limits: Limits;
}

/** What a pool thread holds, at one moment. */
export interface ThreadStats {
  readonly threadId: number;
  readonly attemptCount: number;
  readonly isolateCount: number;
  /** Blank isolates made ahead. */
  readonly preparedCount: number;
  readonly wedgedCount: number;
  readonly isolatesCreatedCount: number;
  readonly isolatesRecycledCount: number;
  readonly cachedProgramCount: number;
}
