import type { Limits, LogLine, Parcel, WaybillError } from '@waybill/protocol';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { HostCallHandler } from './host-call-desk.ts';

/** How a job ended inside the sandbox. */
export type Settlement =
  | { readonly ok: true; readonly value: Parcel }
  | { readonly ok: false; readonly error: WaybillError };

/** What a job in a realm needs. */
export interface GuestJobOptions {
  /** The attempt that the job is, for who asks whose turn it is. */
  readonly attemptId: number;
  readonly input: Parcel;
  readonly limits: Limits;
  /** The guest-visible context: pairs of name and JSON text. */
  readonly context: readonly (readonly [string, string])[];
  /** When the job must have settled, as `performance.now()` of this process. */
  readonly deadlineMs: number;
  /** When the job was submitted, on the same clock; log times count from it. */
  readonly submittedMs: number;
  /** The program to evaluate first; absent where the realm has one. */
  readonly program?: PreparedProgram | undefined;
  /** Runs host functions. Called in no async context: bind it to the job's. */
  readonly hostCall: HostCallHandler;
  /** Hears each log line as it is kept. Called in no async context. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
  /** Hears once what the guest sees of its context. Called in no async context. */
  readonly onSeen?: ((context: readonly (readonly [string, string])[]) => void) | undefined;
}

/** What a job used so far. */
export interface GuestUsage {
  readonly cpuMs: number;
  readonly hostCalls: number;
  readonly hostWaitMs: number;
  readonly logBytes: number;
}
