import type { QueueOffice } from '../queue-office.ts';
import { type NewHistoryEntry, appendHistory } from '../tables/write-history.ts';
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
  readonly name: string;
  /** Gives the `traceparent` of the attempt that begins. Never throws. */
  readonly traceOf: (job: LeasedJob) => string;
}

/** A job that was taken, with the trace of its attempt. */
export interface StartedJob {
  readonly job: LeasedJob;
  readonly trace: string;
}

/** Takes up to `slots` jobs and notes that their attempts began, in one transaction. @returns them, the first to run first */
export async function leaseJobs(
  { database, engine, settings, onError }: QueueOffice,
  taker: Taker,
  slots: number,
): Promise<readonly StartedJob[]> {
  return await database.transaction(async (transaction) => {
    const ids = await engine.lease(transaction, slots, settings.tenantSlots);
    if (ids.length === 0) return [];
    const rows = await transaction.query<LeasedJob>(start, [ids, taker.id]);
    const byId = new Map(rows.map((job) => [job.id, job]));
    const strayIds = ids.filter((id) => !byId.has(id));
    if (strayIds.length > 0) {
      await engine.remove(transaction, strayIds);
      onError(new Error(`jobs in line that do not wait were taken out: ${strayIds.join(', ')}`));
    }
    const started = ids.flatMap((id) => {
      const job = byId.get(id);
      return job === undefined ? [] : [{ job, trace: taker.traceOf(job) }];
    });
    await appendHistory(
      transaction,
      started.map(({ job, trace }) => startedEntry(job, taker.name, trace)),
    );
    return started;
  });
}

function startedEntry(job: LeasedJob, executor: string, trace: string): NewHistoryEntry {
  const { id: jobId, attemptCount: attempt } = job;
  return { jobId, attempt, kind: 'started', facts: { attempt, executor, trace } };
}
