import type { Queryable } from '../database/database.ts';
import type { Standing } from './decide-ending.ts';

/** One attempt of one job. */
export interface AttemptKey {
  readonly jobId: string;
  readonly attempt: number;
}

/** Names an attempt among those of all jobs. */
export function nameOf({ jobId, attempt }: AttemptKey): string {
  return `${jobId}/${attempt}`;
}

/** A running job, its row locked. */
export interface RunningRow extends Standing, AttemptKey {
  /** Number of the last note of the attempt that the history has. */
  readonly notedCount: number;
  /** The database's time. */
  readonly nowMs: number;
}

// In the order of ids, so that two transactions cannot wait for each other in a circle.
const lock = `
SELECT id AS "jobId", attempt_count AS attempt, failure_count AS "failureCount", lost_count AS "lostCount",
  cancel_reason AS "cancelReason", noted_count AS "notedCount", waybill.epoch_ms(clock_timestamp()) AS "nowMs"
FROM waybill.job WHERE id = ANY($1::uuid[]) AND state = 'running' ORDER BY id FOR UPDATE`;

/**
 * Locks the jobs of those attempts that still run, until the transaction ends. This is the fence: an attempt that is not among them
 * came to its end before, or another one has begun since.
 *
 * @returns the jobs by {@link nameOf} the attempt
 */
export async function lockRunning(
  transaction: Queryable,
  attempts: readonly AttemptKey[],
): Promise<ReadonlyMap<string, RunningRow>> {
  if (attempts.length === 0) return new Map();
  const asked = new Set(attempts.map(nameOf));
  const ids = [...new Set(attempts.map(({ jobId }) => jobId))];
  const rows = await transaction.query<RunningRow>(lock, [ids]);
  const valid = rows.filter((row) => asked.has(nameOf(row)));
  return new Map(valid.map((row) => [nameOf(row), row]));
}
