import type { AttemptMessage, AttemptReport } from '@waybill/protocol';

/**
 * What `performance.now()` of this process has to be added to, in ms, for the machine's monotonic clock. No change of the
 * time of day moves either.
 */
export function monotonicEpochMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

/** Puts the times of a message into the clock of a process that is `offsetMs` behind ours. */
export function toTheirClock(message: AttemptMessage, offsetMs: number): AttemptMessage {
  const { submittedMs, deadlineMs } = message;
  return {
    ...message,
    submittedMs: submittedMs - offsetMs,
    deadlineMs: deadlineMs - offsetMs,
  };
}

/** Puts the times of a report from a process that is `offsetMs` behind us into our clock. */
export function toOurClock(report: AttemptReport, offsetMs: number): AttemptReport {
  const { usage } = report;
  return { ...report, usage: { ...usage, startedMs: usage.startedMs + offsetMs } };
}
