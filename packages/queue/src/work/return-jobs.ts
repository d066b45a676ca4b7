import type { QueueOffice } from '../queue-office.ts';
import { prepareDeadLetter } from './dead-letter.ts';
import { type ReturnReason, afterReturn, attemptsLost, maxLostCount } from './decide-ending.ts';
import { type EndingJob, endAttempts } from './end-attempts.ts';
import { type LeasedJob, leasedJobColumns } from './leased-job.ts';
import { type AttemptKey, lockRunning } from './lock-running.ts';
import type { NewJob } from '../accept/new-job.ts';

// More at once would hold the locks of a lease for long.
const maxBatchCount = 500;

/**
 * Puts the jobs of attempts in line again whose executor is lost, or hands them back. A job whose end was asked for ends instead,
 * and one that was lost too often fails. Attempts that do not run any more are left alone.
 *
 * @returns how many attempts were returned or ended
 */
export async function returnJobs(
  office: QueueOffice,
  attempts: readonly AttemptKey[],
  reason: ReturnReason,
): Promise<number> {
  let count = 0;
  for (let from = 0; from < attempts.length; from += maxBatchCount) {
    count += await returnBatch(office, attempts.slice(from, from + maxBatchCount), reason);
  }
  return count;
}

async function returnBatch(
  office: QueueOffice,
  attempts: readonly AttemptKey[],
  reason: ReturnReason,
): Promise<number> {
  const letters = reason === 'lost' ? await prepareLetters(office, attempts) : new Map();
  const ended = await office.database.transaction(async (transaction) => {
    const rows = await lockRunning(transaction, attempts);
    const jobs = [...rows.values()].map((row): EndingJob => {
      const { jobId, attempt } = row;
      return { jobId, attempt, ending: afterReturn(row, reason), deadLetter: letters.get(jobId) };
    });
    return endAttempts(office.engine, transaction, jobs);
  });
  for (const { jobId } of ended) office.signals.tell('history', jobId);
  const [first] = ended;
  if (first !== undefined) office.signals.tell('ready', first.jobId);
  return ended.length;
}

const lostTooOften = `
SELECT ${leasedJobColumns}, job.lost_count AS "lostCount" FROM waybill.job AS job
JOIN waybill.job_body AS body ON body.job_id = job.id
WHERE job.id = ANY($1::uuid[]) AND job.state = 'running' AND job.lost_count >= $2`;

/** Before the transaction, because what they need is read outside it. */
async function prepareLetters(
  office: QueueOffice,
  attempts: readonly AttemptKey[],
): Promise<ReadonlyMap<string, NewJob>> {
  const letters = new Map<string, NewJob>();
  const ids = attempts.map(({ jobId }) => jobId);
  const failing = await office.database.query<LeasedJob & { readonly lostCount: number }>(
    lostTooOften,
    [ids, maxLostCount],
  );
  for (const job of failing) {
    const letter = await prepareDeadLetter(office, job, attemptsLost(job.lostCount + 1));
    if (letter !== undefined) letters.set(job.id, letter);
  }
  return letters;
}
