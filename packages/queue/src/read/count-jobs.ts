import type { Queryable } from '../database/database.ts';
import type { QueueCounts } from '../job-queue.ts';

const select = `
SELECT
  (SELECT count(*)::int FROM waybill.job WHERE state = 'queued') AS "queuedCount",
  (SELECT count(*)::int FROM waybill.job WHERE state = 'running') AS "runningCount",
  (SELECT greatest(0, coalesce(waybill.epoch_ms(now()) - waybill.epoch_ms(min(start_after)), 0))
    FROM waybill.job WHERE state = 'queued') AS "oldestReadyMs"`;

/** Counts the jobs that have not settled: the cost grows with their number. */
export async function countJobs(database: Queryable): Promise<QueueCounts> {
  const [counts] = await database.query<QueueCounts>(select);
  return counts ?? { queuedCount: 0, runningCount: 0, oldestReadyMs: 0 };
}
