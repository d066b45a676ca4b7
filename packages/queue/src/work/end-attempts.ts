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

// One statement for all ends. What the database says the time is goes, not what this process does.
const update = `
UPDATE waybill.job AS job SET
  state = given.state, executor = NULL, outcome = given.outcome,
  failure_count = job.failure_count + given.failed, lost_count = job.lost_count + given.lost,
  start_after = coalesce(waybill.moment(given.start_after_ms), job.start_after),
  settled_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() END,
  forget_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() + make_interval(secs => job.keep_seconds) END
FROM json_to_recordset($1::json) AS given(
  id uuid, state text, outcome text, failed int, lost int, start_after_ms float8)
WHERE job.id = given.id`;

/** Values of the statement above for one job. */
interface Change {
  readonly id: string;
  readonly state: 'queued' | 'succeeded' | 'failed' | 'cancelled';
  readonly outcome?: string;
  readonly failed: number;
  readonly lost: number;
  readonly start_after_ms?: number;
}

/** Writes what becomes of jobs whose attempts end: their rows, their places in line, their histories and dead letters. */
export async function endAttempts(
  engine: Engine,
  transaction: Queryable,
  jobs: readonly EndingJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  const changes = jobs.map(changeOf);
  await transaction.query(update, [JSON.stringify(changes)]);
  const again = changes.flatMap(({ id, start_after_ms: startAfterMs }) =>
    startAfterMs === undefined ? [] : [{ id, startAfterMs }],
  );
  const settled = changes.filter(({ state }) => state !== 'queued').map(({ id }) => id);
  await engine.putBack(transaction, again);
  await engine.remove(transaction, settled);
  await appendHistory(transaction, jobs.map(entryOf));
  const letters = jobs.flatMap(({ ending, deadLetter }) =>
    ending.kind === 'failed' && deadLetter !== undefined ? [deadLetter] : [],
  );
  if (letters.length > 0) await insertJobs(transaction, engine, letters);
}

function changeOf({ row, ending, usage }: EndingJob): Change {
  const { jobId: id, nowMs } = row;
  const same = { id, failed: 0, lost: 0 };
  switch (ending.kind) {
    case 'succeeded':
      return { ...same, state: 'succeeded', outcome: ending.outcome };
    case 'failed':
    case 'cancelled': {
      const outcome = packOutcome({ ok: false, error: ending.error, ...usage }).text;
      return { ...same, state: ending.kind, outcome };
    }
    case 'retry':
      return { ...same, state: 'queued', failed: 1, start_after_ms: nowMs + ending.delayMs };
    case 'return': {
      const lost = ending.reason === 'lost' ? 1 : 0;
      return { ...same, state: 'queued', lost, start_after_ms: nowMs };
    }
  }
}

function entryOf({ row: { jobId, attempt, nowMs }, ending }: EndingJob): NewHistoryEntry {
  switch (ending.kind) {
    case 'succeeded':
      return { jobId, kind: 'settled', facts: { attempt, state: ending.kind } };
    case 'failed':
    case 'cancelled': {
      const facts = { attempt, state: ending.kind, code: ending.error.code };
      return { jobId, kind: 'settled', facts };
    }
    case 'retry': {
      const startAfterMs = Math.round(nowMs + ending.delayMs);
      return { jobId, kind: 'retrying', facts: { attempt, code: ending.error.code, startAfterMs } };
    }
    case 'return':
      return { jobId, kind: 'returned', facts: { attempt, reason: ending.reason } };
  }
}
