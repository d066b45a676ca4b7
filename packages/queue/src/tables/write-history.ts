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
  /**
   * Position among the notes of its attempt, from 1. The job's row keeps the last one: who got no answer reads there what is written.
   *
   * @defaultValue it is not a note
   */
  readonly number?: number | undefined;
  /** In ms since 1970. @defaultValue the database's now */
  readonly atMs?: number | undefined;
};

// The count of the job's row gives the positions, and its lock makes writers take turns: there is no gap and none twice. An
// entry is seen only with its commit, and a later position only after an earlier one's. The ids stand there twice because a plan that
// was made for a small table would read the whole of it for the join alone.
const append = `
WITH given AS (
  SELECT * FROM json_to_recordset($1::json)
    AS given(job_id uuid, position int, attempt int, number int, at_ms float8, kind text, facts text)
), counted AS (
  SELECT job_id, attempt, max(number) AS number, count(*)::int AS entry_count FROM given GROUP BY job_id, attempt
), bumped AS (
  UPDATE waybill.job AS job SET
    history_count = job.history_count + counted.entry_count, noted_count = coalesce(counted.number, job.noted_count)
  FROM counted
  WHERE job.id = counted.job_id AND job.id = ANY($2::uuid[])
    AND (counted.attempt IS NULL OR (job.state = 'running' AND job.attempt_count = counted.attempt))
  RETURNING job.id, counted.attempt, job.history_count - counted.entry_count AS before_count
)
INSERT INTO waybill.history (job_id, seq, at, kind, facts)
SELECT given.job_id,
  bumped.before_count + row_number() OVER (PARTITION BY given.job_id ORDER BY given.position),
  coalesce(waybill.moment(given.at_ms), now()), given.kind, given.facts
FROM given JOIN bumped ON bumped.id = given.job_id AND bumped.attempt IS NOT DISTINCT FROM given.attempt`;

/**
 * Adds entries to the histories of jobs, each job's in the order given. In one call those of one job all name an attempt, or none of
 * them does. After the commit tell the signal `history` for each job.
 */
export async function appendHistory(
  transaction: Queryable,
  entries: readonly NewHistoryEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(toHistoryRow);
  const ids = [...new Set(entries.map(({ jobId }) => jobId))];
  await transaction.query(append, [JSON.stringify(rows), ids]);
}

/** An entry as statements take it, in JSON. */
export interface HistoryRow {
  readonly job_id: string;
  /** Orders the entries of one job, from 0. */
  readonly position: number;
  readonly attempt: number | undefined;
  readonly number: number | undefined;
  readonly at_ms: number | undefined;
  readonly kind: string;
  readonly facts: string;
}

/** Gives the row of an entry. @param position - among those that are written with it */
export function toHistoryRow(entry: NewHistoryEntry, position: number): HistoryRow {
  const { jobId, attempt, number, atMs, kind, facts } = entry;
  return {
    job_id: jobId,
    position,
    attempt,
    number,
    at_ms: atMs,
    kind,
    facts: JSON.stringify(facts),
  };
}
