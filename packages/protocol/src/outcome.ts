import type { EscalationStep } from './escalation.ts';
import type { WaybillError } from './errors.ts';

/**
 * What one job used. Times are in ms with fractions; every field is there, also when the job
 * failed.
 */
export interface Bill {
  /** From submit to the moment a worker took the job. */
  readonly queueMs: number;
  /** From the moment a worker took the job until it settled; queueMs is not part of it. */
  readonly wallMs: number;
  /**
   * Time in which guest code of this job was computing, summed over its turns; the clock stops
   * while it waits.
   */
  readonly cpuMs: number;
  /**
   * Heap of the isolate in use when the job settled, in bytes; includes what other jobs of the
   * tenant keep there. With `engine: 'realm'` that of the thread: of all its guests and host functions.
   */
  readonly heapBytes: number;
  /** Host calls the guest made, refused ones included. */
  readonly hostCalls: number;
  /** Time in which at least one host call was waiting for its reply. */
  readonly hostWaitMs: number;
  /** Log text kept, in UTF-8 bytes. */
  readonly logBytes: number;
}

/** Severity of a log line. */
export type LogLevel = 'debug' | 'log' | 'info' | 'warn' | 'error';

/** One line a guest logged. */
export interface LogLine {
  /** Position in the job's log, from 0. */
  readonly seq: number;
  /** When it was logged, in ms since the job was submitted. */
  readonly atMs: number;
  readonly level: LogLevel;
  /** Written by the guest: treat as untrusted text. */
  readonly text: string;
}

/** The borders a job crosses, in the order it crosses them. */
export type HopKind = 'submit' | 'worker' | 'isolate' | 'host call' | 'back';

/** One border a job crossed, and the carried context that was seen on its far side. */
export interface Hop {
  readonly kind: HopKind;
  /** For people, such as `thread 3` or `realm 7.2`. */
  readonly where: string;
  /** Node's id of the thread on the far side; 0 is the main thread. */
  readonly threadId: number;
  /** Realm on the far side, where there is one. */
  readonly realmId?: string;
  /** Host function, for a `host call`. */
  readonly name?: string;
  /** Pairs of variable name and text; a secret is never among them. */
  readonly context: readonly (readonly [name: string, text: string])[];
  /** When it happened, in ms since the job was submitted. */
  readonly atMs: number;
  /** How long the far side took, in ms, where that is known. */
  readonly tookMs?: number;
}

/** What an outcome says besides its value or error. */
export interface OutcomeFacts {
  readonly jobId: string;
  readonly tenant: string;
  /** Kept log lines in the order of `seq`. */
  readonly logs: readonly LogLine[];
  readonly bill: Bill;
  /**
   * The last step that had to be taken against a guest that did not end by itself, when the outcome was decided: its own,
   * or, with `kill`, another one in the process that the job was lost with. Absent if none was.
   */
  readonly escalation?: EscalationStep;
  /** Present if the job was run again after its process, thread or isolate was lost: how often it ran. */
  readonly attemptCount?: number;
  /** Present if the job asked for it. */
  readonly trail?: readonly Hop[];
}

/** How a job settled. A failure of the guest is a value here; only misuse by the caller throws. */
export type Outcome<T = unknown> = (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WaybillError }
) &
  OutcomeFacts;

/**
 * Gives the value of a job that succeeded.
 *
 * @throws the outcome's error, the same object, if the job failed
 */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}
