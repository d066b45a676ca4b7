import type { QueueOffice } from '../queue-office.ts';
import { type LeasedJob, leasedJobColumns } from './leased-job.ts';

// The state is checked for the case that somebody wrote to the tables by hand.
const start = `
UPDATE waybill.job AS job SET
  state = 'running', attempt_count = job.attempt_count + 1, noted_count = 0, executor = $2::uuid, started_at = clock_timestamp()
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

/** What was taken. */
export interface Lease {
  /** The first to run first. */
  readonly jobs: readonly StartedJob[];
  /** Whether others were ready too. */
  readonly hasMore: boolean;
}

/** Takes up to `slots` jobs, in one transaction. */
export async function leaseJobs(
  { database, engine, settings, onError }: QueueOffice,
  taker: Taker,
  slots: number,
): Promise<Lease> {
  const { jobs, hasMore } = await database.transaction(async (transaction) => {
    const leased = await engine.lease(transaction, slots, settings.tenantSlots);
    const { jobIds: ids } = leased;
    if (ids.length === 0) return { jobs: [], hasMore: leased.hasMore };
    const rows = await transaction.query<LeasedJob>(start, [ids, taker.id]);
    const byId = new Map(rows.map((job) => [job.id, job]));
    const strayIds = ids.filter((id) => !byId.has(id));
    if (strayIds.length > 0) {
      await engine.remove(transaction, strayIds);
      onError(new Error(`jobs in line that do not wait were taken out: ${strayIds.join(', ')}`));
    }
    return { jobs: ids.flatMap((id) => byId.get(id) ?? []), hasMore: leased.hasMore };
  });
  return { jobs: jobs.map((job) => ({ job, trace: taker.traceOf(job) })), hasMore };
}
