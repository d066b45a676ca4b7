import type { DurableOutcome } from '@waybill/protocol';
import { insertJobs } from '../accept/insert-jobs.ts';
import type { NewJob } from '../accept/new-job.ts';
import type { Queryable } from '../database/database.ts';
import type { Engine } from '../engine/engine.ts';
import { packOutcome } from '../tables/stored-outcome.ts';
import { type NewHistoryEntry, appendHistory } from '../tables/write-history.ts';
import type { Ending } from './decide-ending.ts';
import type { RunningRow } from './lock-running.ts';

/** A job whose attempt ends in this transaction, which has its row locked. */
export interface EndingJob {
  readonly row: RunningRow;
  readonly ending: Ending | { readonly kind: 'succeeded'; readonly outcome: string };
  /** What the attempt used, where it ran to its end. */
  readonly usage?: Pick<DurableOutcome, 'bill' | 'escalation'>;
  /** The job that hears of it, where it ends as failed. */
  readonly deadLetter?: NewJob | undefined;
}

// The ids stand there twice because a plan that was made for a small table would read the whole of it for the join alone.
const update = `
UPDATE waybill.job AS job SET
  state = given.state, executor = NULL, outcome = given.outcome,
  failure_count = job.failure_count + given.failed, lost_count = job.lost_count + given.lost,
  start_after = coalesce(waybill.moment(given.start_after_ms), job.start_after),
  settled_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() END,
  forget_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() + make_interval(secs => job.keep_seconds) END
FROM json_to_recordset($1::json) AS given(
  id uuid, state text, outcome text, failed int, lost int, start_after_ms float8)
WHERE job.id = given.id AND job.id = ANY($2::uuid[])`;

/** Values of the statement above for one job. */
interface Change {
  readonly id: string;
  readonly state: 'queued' | 'succeeded' | 'failed' | 'cancelled';
  readonly outcome?: string;
  readonly failed: number;
  readonly lost: number;
  readonly start_after_ms?: number;
}

/** What {@link endAttempts} writes. */
export interface Endings {
  readonly jobs: readonly EndingJob[];
  /** Go into the histories before the ends; of these jobs or of others. @defaultValue none */
  readonly notes?: readonly NewHistoryEntry[];
}

/**
 * Writes what becomes of jobs whose attempts end: their rows, their places in line, their histories and dead letters.
 */
export async function endAttempts(
  engine: Engine,
  transaction: Queryable,
  { jobs, notes = [] }: Endings,
): Promise<void> {
  // First, because notes are taken of running attempts only.
  await appendHistory(transaction, [...notes, ...jobs.map(entryOf)]);
  if (jobs.length === 0) return;
  const changes = jobs.map(changeOf);
  const ids = changes.map(({ id }) => id);
  await transaction.query(update, [JSON.stringify(changes), ids]);
  const again = changes.flatMap(({ id, start_after_ms: startAfterMs }) =>
    startAfterMs === undefined ? [] : [{ id, startAfterMs }],
  );
  const settled = changes.filter(({ state }) => state !== 'queued').map(({ id }) => id);
  await engine.putBack(transaction, again);
  await engine.remove(transaction, settled);
  const letters = jobs.flatMap(({ ending, deadLetter }) =>
    ending.kind === 'failed' && deadLetter !== undefined ? [deadLetter] : [],
  );
  if (letters.length > 0) await insertJobs(transaction, engine, letters);
}

function changeOf({ row, ending, usage }: EndingJob): Change {
  const { jobId: id, nowMs } = row;
  if (ending.kind === 'retry') {
    const startAfterMs = nowMs + ending.delayMs;
    return { id, state: 'queued', failed: 1, lost: 0, start_after_ms: startAfterMs };
  }
  if (ending.kind === 'return') {
    const lost = ending.reason === 'lost' ? 1 : 0;
    return { id, state: 'queued', failed: 0, lost, start_after_ms: nowMs };
  }
  const outcome =
    ending.kind === 'succeeded'
      ? ending.outcome
      : packOutcome({ ok: false, error: ending.error, ...usage }).text;
  return { id, state: ending.kind, outcome, failed: 0, lost: 0 };
}

function entryOf({ row: { jobId, attempt, nowMs }, ending }: EndingJob): NewHistoryEntry {
  if (ending.kind === 'retry') {
    const startAfterMs = Math.round(nowMs + ending.delayMs);
    return { jobId, kind: 'retrying', facts: { attempt, code: ending.error.code, startAfterMs } };
  }
  if (ending.kind === 'return') {
    return { jobId, kind: 'returned', facts: { attempt, reason: ending.reason } };
  }
  const code = ending.kind === 'succeeded' ? {} : { code: ending.error.code };
  return { jobId, kind: 'settled', facts: { attempt, state: ending.kind, ...code } };
}
