/** A job that was running in a process when the process ended. */
export interface CrashedJob {
  readonly jobId: string;
  readonly tenant: string;
  /** The deployed function it ran; absent for a job that brought its own source. */
  readonly functionName?: string;
  /** SHA-256 of its program, in hexadecimal digits. */
  readonly programHash: string;
  /** How long this attempt had been running, in ms. */
  readonly runningMs: number;
}

/** What is known of a pool process that ended without having been closed. */
export interface CrashReport {
  /** When it was noticed, as ISO 8601 in UTC. */
  readonly at: string;
  readonly processId: number;
  /** Why Waybill killed it, or how it ended by itself; for people. */
  readonly reason: string;
  /** Whether Waybill killed it. */
  readonly killed: boolean;
  readonly signal: string | null;
  readonly exitCode: number | null;
  /** How long it had been up, in ms. */
  readonly upMs: number;
  /** Resident memory that it last reported, in bytes. */
  readonly rssBytes: number;
  /** The jobs that were running there: the guest of one of them may have ended it. */
  readonly jobs: readonly CrashedJob[];
  /** The end of what it wrote to its standard error, at most 4,096 characters. */
  readonly stderrTail: string;
}
