import { type DurableJob, makeError } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { isInLine } from '../engine/engine-tables.ts';
import type { QueueOffice } from '../queue-office.ts';
import { findJob, jobNotFound } from '../read/find-job.ts';
import { type JobRow, jobColumns, jobFromRow } from './job-row.ts';
import { refuseState } from './refuse-state.ts';
import { packOutcome } from './stored-outcome.ts';
import { appendHistory } from './write-history.ts';

const maxReasonChars = 500;

const cancelWaiting = `
UPDATE waybill.job AS job SET state = 'cancelled', cancel_reason = $2, outcome = $3, error_code = $4, settled_at = now(),
  forget_at = now() + make_interval(secs => job.keep_seconds)
WHERE job.id = $1 AND job.state = 'queued' RETURNING ${jobColumns}`;

// Somebody took it out of its line, and it would wait for ever.
const cancelForgotten = cancelWaiting.replace(
  'RETURNING',
  `AND NOT ${isInLine('job.id')} RETURNING`,
);

const askRunning = `
UPDATE waybill.job AS job SET cancel_reason = $2
WHERE job.id = $1 AND job.state = 'running' AND job.cancel_reason IS NULL RETURNING ${jobColumns}`;

/** Whose job is to end. */
export interface CancelRequest {
  readonly tenant: string;
  readonly jobId: string;
  readonly reason: string | undefined;
}

type CancelOffice = Pick<QueueOffice, 'database' | 'engine' | 'signals'>;

/** Asks for the end of a job, as `JobQueue.cancel` says. */
export async function cancelJob(office: CancelOffice, request: CancelRequest): Promise<DurableJob> {
  const { tenant, jobId, reason = 'nobody said why' } = request;
  const words = storable(reason);
  for (;;) {
    const seen = await findJob(office.database, tenant, jobId);
    if (seen === undefined) throw jobNotFound(jobId);
    if (seen.settledAtMs !== undefined) throw refuseState(seen, 'queued or running');
    if (seen.state === 'running' && seen.isCancelAsked) return seen;
    const row = await office.database.transaction((transaction) =>
      endOrAsk(office, transaction, { jobId: seen.id, reason: words }),
    );
    // An attempt began or ended between the two looks.
    if (row === undefined) continue;
    if (row.state === 'running') office.signals.tell('cancel', row.id);
    office.signals.tell('history', row.id);
    return jobFromRow(row);
  }
}

interface Ask {
  readonly jobId: string;
  readonly reason: string;
}

async function endOrAsk(
  { engine }: CancelOffice,
  transaction: Queryable,
  { jobId, reason }: Ask,
): Promise<JobRow | undefined> {
  // The engine's row first, then ours, as a lease locks them.
  const isTaken = (await engine.cancel(transaction, [jobId])).length > 0;
  if (!isTaken) {
    const [asked] = await transaction.query<JobRow>(askRunning, [jobId, reason]);
    if (asked) {
      await appendHistory(transaction, [{ jobId, kind: 'cancel-asked', facts: { reason } }]);
      return asked;
    }
  }
  const error = makeError('ERR_WAYBILL_CANCELLED', `job ${jobId} was cancelled: ${reason}`);
  const { text } = packOutcome({ ok: false, error });
  const end = isTaken ? cancelWaiting : cancelForgotten;
  const [ended] = await transaction.query<JobRow>(end, [jobId, reason, text, error.code]);
  if (ended === undefined) {
    if (!isTaken) return undefined;
    throw makeError('ERR_WAYBILL_INTERNAL', `job ${jobId} is in line without being queued`);
  }
  const facts = { attempt: ended.attemptCount, state: 'cancelled', code: error.code } as const;
  await appendHistory(transaction, [{ jobId, kind: 'settled', facts }]);
  return ended;
}

// No column holds a zero character or half a pair.
function storable(reason: string): string {
  return reason.slice(0, maxReasonChars).replaceAll('\0', '').toWellFormed();
}
