import type { DurableJob, DurableOutcome, Outcome } from '@waybill/protocol';
import { toResultResource } from '@waybill/protocol/http';
import { showMoment, showValue, type Output } from './output.ts';

/** An outcome for programs: its value as the HTTP interface writes it, also where JSON cannot hold it. */
export function outcomeRecord(outcome: Outcome | DurableOutcome): object {
  const facts: Record<string, unknown> = { ...outcome };
  delete facts['value'];
  delete facts['error'];
  return { ...toResultResource(outcome), ...facts };
}

/** A durable job for programs. */
export function jobRecord(job: DurableJob): object {
  return job.outcome === undefined ? job : { ...job, outcome: outcomeRecord(job.outcome) };
}

/** Says why a job failed: to stderr, with the guest's stack. */
export function noteFailure(output: Output, outcome: Outcome | DurableOutcome): void {
  if (outcome.ok) return;
  const { code, message, stackOf } = outcome.error;
  output.error(`the job failed: ${message} [${code}]`);
  if (stackOf.guest !== undefined && !output.isJson) output.note(stackOf.guest);
}

/** The facts of a job, a line each. */
export function jobLines(job: DurableJob): string {
  const { outcome } = job;
  const program =
    job.function === undefined
      ? '(its own source)'
      : `${job.function} version ${job.version ?? '?'}`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['id', job.id],
    ['tenant', job.tenant],
    [
      'state',
      job.isCancelAsked && outcome === undefined
        ? `${job.state}, its end was asked for`
        : job.state,
    ],
    ['program', program],
    ['schedule', job.schedule],
    ['attempts', String(job.attemptCount)],
    ['submitted', showMoment(job.submittedAtMs)],
    ['not before', showMoment(job.startAfterMs)],
    ['started', showMoment(job.startedAtMs)],
    ['settled', showMoment(job.settledAtMs)],
    ['value', outcome?.ok ? showValue(outcome.value) : undefined],
    [
      'error',
      outcome?.ok === false ? `${outcome.error.message} [${outcome.error.code}]` : undefined,
    ],
    ['guest stack', outcome?.ok === false ? outcome.error.stackOf.guest : undefined],
  ];
  return rows
    .filter(([, text]) => text !== undefined)
    .map(([name, text = '']) => `${name.padEnd(12)}${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
    .join('\n');
}
