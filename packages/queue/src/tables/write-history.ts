import type { HistoryEntry } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';

type Fact = { [Entry in HistoryEntry as Entry['kind']]: Pick<Entry, 'kind' | 'facts'> };

/** An entry that is to be added to a job's history. */
export type NewHistoryEntry = Fact[keyof Fact] & {
  readonly jobId: string;
  /**
   * Written only while the job is running this attempt: what an executor says that lost its lease is not kept.
   *
   * @defaultValue written in any state
   */
  readonly attempt?: number | undefined;
  /** In ms since 1970. @defaultValue the database's now */
  readonly atMs?: number | undefined;
};

// The ids stand there twice because a plan that was made for a small table would read the whole of it for the join alone.
// The count of the job's row gives the positions, and its lock makes writers take turns: there is no gap and none twice. An
// entry is seen only with its commit, and a later position only after an earlier one's.
const append = `
WITH given AS (
  SELECT * FROM json_to_recordset($1::json)
    AS given(job_id uuid, position int, attempt int, at_ms float8, kind text, facts text)
), counted AS (
  SELECT job_id, max(attempt) AS attempt, count(*)::int AS entry_count FROM given GROUP BY job_id
), bumped AS (
  UPDATE waybill.job AS job SET history_count = job.history_count + counted.entry_count
  FROM counted
  WHERE job.id = counted.job_id AND job.id = ANY($2::uuid[])
    AND (counted.attempt IS NULL OR (job.state = 'running' AND job.attempt_count = counted.attempt))
  RETURNING job.id, job.history_count - counted.entry_count AS before_count
)
INSERT INTO waybill.history (job_id, seq, at, kind, facts)
SELECT given.job_id,
  bumped.before_count + row_number() OVER (PARTITION BY given.job_id ORDER BY given.position),
  coalesce(waybill.moment(given.at_ms), now()), given.kind, given.facts
FROM given JOIN bumped ON bumped.id = given.job_id`;

/**
 * Adds entries to the histories of jobs, each job's in the order given. Entries of one job in one call stand or fall together: one
 * that names an attempt fences all of them. After the commit tell the signal `history` for each job.
 */
export async function appendHistory(
  transaction: Queryable,
  entries: readonly NewHistoryEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ jobId, attempt, atMs, kind, facts }, position) => ({
    job_id: jobId,
    position,
    attempt,
    at_ms: atMs,
    kind,
    facts: JSON.stringify(facts),
  }));
  const ids = [...new Set(entries.map(({ jobId }) => jobId))];
  await transaction.query(append, [JSON.stringify(rows), ids]);
}
