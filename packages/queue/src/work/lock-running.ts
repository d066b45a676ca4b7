import type { Queryable } from '../database/database.ts';
import type { Standing } from './decide-ending.ts';

/** One attempt of one job. */
export interface AttemptKey {
  readonly jobId: string;
  readonly attempt: number;
}

/** A running job, its row locked. */
export interface RunningRow extends Standing, AttemptKey {
  /** The database's time. */
  readonly nowMs: number;
}

// In the order of ids, so that two transactions cannot wait for each other in a circle.
const lock = `
SELECT id AS "jobId", attempt_count AS attempt, failure_count AS "failureCount", lost_count AS "lostCount",
  cancel_reason AS "cancelReason", waybill.epoch_ms(clock_timestamp()) AS "nowMs"
FROM waybill.job WHERE id = ANY($1::uuid[]) AND state = 'running' ORDER BY id FOR UPDATE`;

/**
 * Locks the jobs of those attempts that still run, until the transaction ends. This is the fence: an attempt that is not among them
 * came to its end before, or another one has begun since.
 *
 * @returns the jobs by id
 */
export async function lockRunning(
  transaction: Queryable,
  attempts: readonly AttemptKey[],
): Promise<ReadonlyMap<string, RunningRow>> {
  const attemptOf = new Map(attempts.map(({ jobId, attempt }) => [jobId, attempt]));
  const rows = await transaction.query<RunningRow>(lock, [[...attemptOf.keys()]]);
  const valid = rows.filter(({ jobId, attempt }) => attemptOf.get(jobId) === attempt);
  return new Map(valid.map((row) => [row.jobId, row]));
}
