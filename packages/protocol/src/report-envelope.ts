import type { AttemptReport } from './attempt.ts';

/** An {@link AttemptReport} as it crosses between two threads, of one process or of two. */
export interface ReportEnvelope {
  /** JSON of everything but what may be large. */
  readonly head: string;
  /** Of the result; empty where there is none. */
  readonly text: string;
  readonly bytes: string;
}

/**
 * Puts a report into the form in which it crosses: as texts, for the reason that `sealAttempt` gives. A thread that only
 * hands it on need not read it.
 */
export function sealReport(report: AttemptReport): ReportEnvelope {
  const { settlement } = report;
  if (!settlement.ok) return { head: JSON.stringify(report), text: '', bytes: '' };
  // Without a settlement: the result is beside it.
  return { head: JSON.stringify({ ...report, settlement: undefined }), ...settlement.value };
}

/**
 * Takes a report out again.
 *
 * @throws what `JSON.parse` throws, or a TypeError, where {@link sealReport} did not make the envelope; a report that it
 * gives nevertheless may be anything
 */
export function openReport({ head, text, bytes }: ReportEnvelope): AttemptReport {
  const report = JSON.parse(head) as AttemptReport | Omit<AttemptReport, 'settlement'>;
  return 'settlement' in report
    ? report
    : { ...report, settlement: { ok: true, value: { text, bytes } } };
}
