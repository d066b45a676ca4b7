import type { DurableOutcome, ErrorCode } from '@waybill/protocol';
import { insertJobs } from '../accept/insert-jobs.ts';
import type { NewJob } from '../accept/new-job.ts';
import type { Transaction } from '../database/database.ts';
import type { Engine } from '../engine/engine.ts';
import { packOutcome } from '../tables/stored-outcome.ts';
import { type HistoryRow, type NewHistoryEntry, toHistoryRow } from '../tables/write-history.ts';
import type { Ending } from './decide-ending.ts';
import { type AttemptKey, nameOf } from './lock-running.ts';

/** A job whose attempt ends in this transaction. */
export interface EndingJob extends AttemptKey {
  readonly ending: Ending | { readonly kind: 'succeeded'; readonly outcome: string };
  /** What goes into its history before the end. @defaultValue nothing */
  readonly notes?: readonly NewHistoryEntry[];
  /** When its next attempt may begin, in ms since 1970. @defaultValue at once */
  readonly startAfterMs?: number;
  /** What the attempt used, where it ran to its end. */
  readonly usage?: Pick<DurableOutcome, 'bill' | 'escalation'>;
  /** The job that hears of it, where it ends as failed. */
  readonly deadLetter?: NewJob | undefined;
}

// The state and the count of attempts are the fence: an attempt that is over changes nothing. The histories come along, because each
// change of a row writes the whole of it again. The ids stand there twice because a plan that was made for a small table would read
// the whole of it for the join alone.
const end = `
WITH changed AS (
  UPDATE waybill.job AS job SET
    state = given.state, executor = NULL, outcome = given.outcome, error_code = given.error_code,
    history_count = job.history_count + given.entry_count,
    failure_count = job.failure_count + given.failed, lost_count = job.lost_count + given.lost,
    start_after = coalesce(greatest(now(), waybill.moment(given.start_after_ms)), job.start_after),
    settled_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() END,
    forget_at = CASE WHEN given.state <> 'queued' THEN clock_timestamp() + make_interval(secs => job.keep_seconds) END
  FROM json_to_recordset($1::json) AS given(
    id uuid, attempt int, state text, outcome text, error_code text, entry_count int, failed int, lost int, start_after_ms float8)
  WHERE job.id = given.id AND job.id = ANY($2::uuid[]) AND job.state = 'running' AND job.attempt_count = given.attempt
  RETURNING job.id, job.attempt_count AS attempt, job.history_count - given.entry_count AS before_count
), noted AS (
  INSERT INTO waybill.history (job_id, seq, at, kind, facts)
  SELECT changed.id, changed.before_count + 1 + entry.position, coalesce(waybill.moment(entry.at_ms), now()), entry.kind, entry.facts
  FROM json_to_recordset($3::json) AS entry(job_id uuid, attempt int, position int, at_ms float8, kind text, facts text)
  JOIN changed ON changed.id = entry.job_id AND changed.attempt = entry.attempt
)
SELECT id AS "jobId", attempt FROM changed`;

/** Values of the statement above for one job. */
interface Change {
  readonly id: string;
  readonly attempt: number;
  readonly state: 'queued' | 'succeeded' | 'failed' | 'cancelled';
  readonly outcome?: string;
  readonly error_code?: ErrorCode;
  readonly entry_count: number;
  readonly failed: number;
  readonly lost: number;
  readonly start_after_ms?: number;
}

/**
 * Writes what becomes of jobs whose attempts end: their rows, their places in line, their histories and dead letters. A job that
 * does not run that attempt any more is left alone. Nothing comes after it in the transaction.
 *
 * @returns the jobs that were changed
 */
export async function endAttempts(
  engine: Engine,
  transaction: Transaction,
  jobs: readonly EndingJob[],
): Promise<readonly EndingJob[]> {
  if (jobs.length === 0) return [];
  const changes = jobs.map(changeOf);
  const ids = changes.map(({ id }) => id);
  const entries = jobs.flatMap(entriesOf);
  const values = [JSON.stringify(changes), ids, JSON.stringify(entries)];
  const rows = await transaction.query<AttemptKey>(end, values);
  const changed = new Set(rows.map(nameOf));
  const ended = jobs.filter((job) => changed.has(nameOf(job)));
  const valid = changes.filter(({ id, attempt }) => changed.has(nameOf({ jobId: id, attempt })));
  const again = valid.flatMap(({ id, start_after_ms: startAfterMs }) =>
    startAfterMs === undefined ? [] : [{ id, startAfterMs }],
  );
  const settled = valid.filter(({ state }) => state !== 'queued').map(({ id }) => id);
  const letters = ended.flatMap(({ ending, deadLetter }) =>
    ending.kind === 'failed' && deadLetter !== undefined ? [deadLetter] : [],
  );
  await engine.putBack(transaction, again);
  await engine.remove(letters.length > 0 ? transaction : transaction.last, settled);
  if (letters.length > 0) await insertJobs(transaction, engine, letters);
  return ended;
}

function changeOf(job: EndingJob): Change {
  const { jobId: id, attempt, ending, usage, notes = [], startAfterMs = 0 } = job;
  const common = { id, attempt, entry_count: notes.length + 1, failed: 0, lost: 0 };
  if (ending.kind === 'retry') {
    return { ...common, state: 'queued', failed: 1, start_after_ms: startAfterMs };
  }
  if (ending.kind === 'return') {
    const lost = ending.reason === 'lost' ? 1 : 0;
    return { ...common, state: 'queued', lost, start_after_ms: startAfterMs };
  }
  if (ending.kind === 'succeeded')
    return { ...common, state: ending.kind, outcome: ending.outcome };
  const { error } = ending;
  const { text: outcome } = packOutcome({ ok: false, error, ...usage });
  return { ...common, state: ending.kind, outcome, error_code: error.code };
}

function entriesOf(job: EndingJob): readonly HistoryRow[] {
  const rows = [...(job.notes ?? []), entryOf(job)].map(toHistoryRow);
  return rows.map((row) => ({ ...row, attempt: job.attempt }));
}

function entryOf({ jobId, attempt, ending, startAfterMs = 0 }: EndingJob): NewHistoryEntry {
  if (ending.kind === 'retry') {
    const facts = { attempt, code: ending.error.code, startAfterMs: Math.round(startAfterMs) };
    return { jobId, kind: 'retrying', facts };
  }
  if (ending.kind === 'return') {
    return { jobId, kind: 'returned', facts: { attempt, reason: ending.reason } };
  }
  const code = ending.kind === 'succeeded' ? {} : { code: ending.error.code };
  return { jobId, kind: 'settled', facts: { attempt, state: ending.kind, ...code } };
}
