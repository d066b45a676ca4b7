import type { DurableJob, DurableJobState, DurableJobSummary, ErrorCode } from '@waybill/protocol';
import { isOwnKey } from '../accept/own-key.ts';
import { readOutcome } from './stored-outcome.ts';

/** A row of `waybill.job`, selected with {@link summaryColumns}. */
export interface SummaryRow {
  readonly id: string;
  readonly tenant: string;
  readonly state: DurableJobState;
  readonly function: string | null;
  readonly version: number | null;
  readonly schedule: string | null;
  readonly priority: number;
  readonly attemptCount: number;
  readonly submittedAtMs: number;
  readonly startAfterMs: number;
  readonly startedAtMs: number | null;
  readonly settledAtMs: number | null;
  readonly forgottenAtMs: number | null;
  readonly isCancelAsked: boolean;
  readonly idempotencyKey: string | null;
  readonly submittedTrace: string | null;
  readonly errorCode: ErrorCode | null;
}

/** A row of `waybill.job`, selected with {@link jobColumns}. */
export interface JobRow extends SummaryRow {
  readonly outcome: string | null;
}

/** What to select of `waybill.job` for {@link summaryFromRow}; the table goes by the name `job`. */
export const summaryColumns = `
  job.id, job.tenant, job.state, job.function_name AS function, job.function_version AS version,
  job.schedule_name AS schedule, job.priority, job.attempt_count AS "attemptCount",
  waybill.epoch_ms(job.submitted_at) AS "submittedAtMs", waybill.epoch_ms(job.start_after) AS "startAfterMs",
  waybill.epoch_ms(job.started_at) AS "startedAtMs", waybill.epoch_ms(job.settled_at) AS "settledAtMs",
  waybill.epoch_ms(job.forget_at) AS "forgottenAtMs", job.cancel_reason IS NOT NULL AS "isCancelAsked",
  job.idempotency_key AS "idempotencyKey", job.submitted_trace AS "submittedTrace",
  job.error_code AS "errorCode"`;

/** What to select, or to return, of `waybill.job` for {@link jobFromRow}; the table goes by the name `job`. */
export const jobColumns: string = `${summaryColumns}, job.outcome`;

/** Gives the job of a row. */
export function jobFromRow(row: JobRow): DurableJob {
  const { outcome } = row;
  return { ...factsFromRow(row), ...(outcome !== null && { outcome: readOutcome(outcome) }) };
}

/** Gives the job of a row for a list. */
export function summaryFromRow(row: SummaryRow): DurableJobSummary {
  const { errorCode } = row;
  return { ...factsFromRow(row), ...(errorCode !== null && { errorCode }) };
}

function factsFromRow(row: SummaryRow): Omit<DurableJob, 'outcome'> {
  const { startedAtMs, settledAtMs, forgottenAtMs, idempotencyKey, submittedTrace } = row;
  return {
    id: row.id,
    tenant: row.tenant,
    state: row.state,
    ...(row.function !== null && { function: row.function }),
    ...(row.version !== null && { version: row.version }),
    ...(row.schedule !== null && { schedule: row.schedule }),
    priority: row.priority,
    attemptCount: row.attemptCount,
    submittedAtMs: Math.round(row.submittedAtMs),
    startAfterMs: Math.round(row.startAfterMs),
    ...(startedAtMs !== null && { startedAtMs: Math.round(startedAtMs) }),
    ...(settledAtMs !== null && { settledAtMs: Math.round(settledAtMs) }),
    ...(forgottenAtMs !== null && { forgottenAtMs: Math.round(forgottenAtMs) }),
    isCancelAsked: row.isCancelAsked,
    ...(idempotencyKey !== null && !isOwnKey(idempotencyKey) && { idempotencyKey }),
    ...(submittedTrace !== null && { submittedTrace }),
  };
}
