import type { Queryable } from '../database/database.ts';
import type { QueueCounts } from '../job-queue.ts';

const select = `
SELECT count(*) FILTER (WHERE state = 'queued')::int AS "queuedCount", count(*) FILTER (WHERE state = 'running')::int AS "runningCount",
  greatest(0, coalesce(waybill.epoch_ms(now()) - waybill.epoch_ms(min(start_after) FILTER (WHERE state = 'queued')), 0))
    AS "oldestReadyMs"
FROM waybill.job WHERE settled_at IS NULL`;

/** Counts the jobs that have not settled: the cost grows with their number. */
export async function countJobs(database: Queryable): Promise<QueueCounts> {
  const [counts] = await database.query<QueueCounts>(select);
  return counts ?? { queuedCount: 0, runningCount: 0, oldestReadyMs: 0 };
}
