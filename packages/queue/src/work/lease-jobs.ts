import type { QueueOffice } from '../queue-office.ts';
import { removeFromLine } from '../engine/engine-tables.ts';
import { type LeasedJob, leasedJobColumns } from './leased-job.ts';

// What does not wait, because somebody wrote to the tables by hand, leaves its place in line: it would take a slot for ever.
const start = `
WITH started AS (
  UPDATE waybill.job AS job SET
  state = 'running', attempt_count = job.attempt_count + 1, noted_count = 0, executor = $2::uuid, started_at = clock_timestamp()
FROM waybill.job_body AS body
WHERE job.id = ANY($1::uuid[]) AND job.state = 'queued' AND body.job_id = job.id
RETURNING ${leasedJobColumns}
), strays AS (
  ${removeFromLine('id = ANY($1::uuid[]) AND id NOT IN (SELECT id FROM started)')}
)
SELECT * FROM started`;

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

/** Takes up to `slots` jobs. */
export async function leaseJobs(
  { database, engine, settings, onError }: QueueOffice,
  taker: Taker,
  slots: number,
): Promise<Lease> {
  const { jobIds, hasMore, rows } = await database.transaction(async (transaction) => {
    const leased = await engine.lease(transaction, slots, settings.tenantSlots);
    if (leased.jobIds.length === 0) return { ...leased, rows: [] };
    return {
      ...leased,
      rows: await transaction.last.query<LeasedJob>(start, [leased.jobIds, taker.id]),
    };
  });
  const byId = new Map(rows.map((job) => [job.id, job]));
  const strayIds = jobIds.filter((id) => !byId.has(id));
  if (strayIds.length > 0) {
    onError(new Error(`jobs in line that cannot run were taken out: ${strayIds.join(', ')}`));
  }
  const jobs = jobIds.flatMap((id) => byId.get(id) ?? []);
  return { jobs: jobs.map((job) => ({ job, trace: taker.traceOf(job) })), hasMore };
}
