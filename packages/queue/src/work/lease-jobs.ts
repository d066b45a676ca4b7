import type { QueueOffice } from '../queue-office.ts';
import { type LeasedJob, leasedJobColumns } from './leased-job.ts';

// The state is checked for the case that somebody wrote to the tables by hand.
const start = `
UPDATE waybill.job AS job SET
  state = 'running', attempt_count = job.attempt_count + 1, executor = $2::uuid, started_at = clock_timestamp()
WHERE job.id = ANY($1::uuid[]) AND job.state = 'queued'
RETURNING ${leasedJobColumns}`;

/** Who takes jobs. */
export interface Taker {
  readonly id: string;
  /** Gives the `traceparent` of the attempt that begins. Never throws. */
  readonly traceOf: (job: LeasedJob) => string;
}

/** A job that was taken, with the trace of its attempt. */
export interface StartedJob {
  readonly job: LeasedJob;
  readonly trace: string;
}

/**
 * Takes up to `slots` jobs, in one transaction.
 *
 * @returns them, the first to run first; while some come there may be more
 */
export async function leaseJobs(
  { database, engine, settings, onError }: QueueOffice,
  taker: Taker,
  slots: number,
): Promise<readonly StartedJob[]> {
  const jobs = await database.transaction(async (transaction) => {
    const ids = await engine.lease(transaction, slots, settings.tenantSlots);
    if (ids.length === 0) return [];
    const rows = await transaction.query<LeasedJob>(start, [ids, taker.id]);
    const byId = new Map(rows.map((job) => [job.id, job]));
    const strayIds = ids.filter((id) => !byId.has(id));
    if (strayIds.length > 0) {
      await engine.remove(transaction, strayIds);
      onError(new Error(`jobs in line that do not wait were taken out: ${strayIds.join(', ')}`));
    }
    return ids.flatMap((id) => byId.get(id) ?? []);
  });
  return jobs.map((job) => ({ job, trace: taker.traceOf(job) }));
}
