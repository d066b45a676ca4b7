import type { DurableJob } from '@waybill/protocol';
import type { QueueOffice } from '../queue-office.ts';
import { findJob, isJobId, jobNotFound } from '../read/find-job.ts';
import { type JobRow, jobColumns, jobFromRow } from './job-row.ts';
import { refuseState } from './refuse-state.ts';
import { appendHistory } from './write-history.ts';

// The count of attempts goes on: it is also what an executor of the time before is told from the next one by.
const queueAgain = `
UPDATE waybill.job AS job SET state = 'queued', failure_count = 0, lost_count = 0, executor = NULL, cancel_reason = NULL,
  start_after = now(), settled_at = NULL, forget_at = NULL, outcome = NULL, error_code = NULL
WHERE job.id = $1 AND job.tenant = $2 AND job.state IN ('failed', 'cancelled') RETURNING ${jobColumns}`;

type RedriveOffice = Pick<QueueOffice, 'database' | 'engine' | 'signals'>;

/** Puts a failed or cancelled job in the queue again, as `JobQueue.redrive` says. The limit of waiting jobs does not hold for it. */
export async function redriveJob(
  office: RedriveOffice,
  tenant: string,
  jobId: string,
): Promise<DurableJob> {
  const { database, engine, signals } = office;
  if (!isJobId(jobId)) throw jobNotFound(jobId);
  const row = await database.transaction(async (transaction) => {
    const [queued] = await transaction.query<JobRow>(queueAgain, [jobId, tenant]);
    if (queued === undefined) return undefined;
    const { id, priority, attemptCount } = queued;
    await engine.insert(transaction, [{ id, tenant, priority, startAfterMs: 0 }]);
    const facts = { attempt: attemptCount };
    await appendHistory(transaction, [{ jobId: id, kind: 'redriven', facts }]);
    return queued;
  });
  if (row === undefined) {
    const seen = await findJob(database, tenant, jobId);
    throw seen === undefined ? jobNotFound(jobId) : refuseState(seen, 'failed or cancelled');
  }
  signals.tell('ready', '');
  signals.tell('history', row.id);
  return jobFromRow(row);
}
