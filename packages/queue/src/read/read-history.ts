import type { DurableJobState, HistoryEntry } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { isJobId, jobNotFound } from './find-job.ts';
import type { HistoryWatch } from './history-watch.ts';
import { refuseRequest } from './refuse-request.ts';

const pageCount = 200;
// What the column holds.
const maxSeq = 2 ** 31 - 1;

interface Row {
  readonly state: DurableJobState;
  readonly historyCount: number;
  readonly seq: number | null;
  readonly atMs: number;
  readonly kind: HistoryEntry['kind'];
  readonly facts: string;
}

// One statement, so that the state and the count are of the same moment as the entries.
const selectPage = `
SELECT job.state, job.history_count AS "historyCount", entry.seq, waybill.epoch_ms(entry.at) AS "atMs", entry.kind, entry.facts
FROM waybill.job AS job LEFT JOIN LATERAL (
  SELECT * FROM waybill.history AS history
  WHERE history.job_id = job.id AND history.seq > $3 ORDER BY history.seq LIMIT ${pageCount}
) AS entry ON true
WHERE job.id = $1 AND job.tenant = $2
ORDER BY entry.seq`;

/** What of whose history is read. */
export interface HistoryRequest {
  readonly tenant: string;
  readonly jobId: string;
  /** Position of the last entry that is known already. */
  readonly after: number;
  /** Whether to wait for what happens later. */
  readonly follow: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives the entries of a job's history, as `JobQueue.history` says. A job that is forgotten meanwhile ends it.
 *
 * @throws `ERR_WAYBILL_JOB_NOT_FOUND`, `ERR_WAYBILL_INVALID_REQUEST` for a position that is none
 */
export async function* readHistory(
  database: Queryable,
  watch: HistoryWatch,
  { tenant, jobId, after, follow, signal }: HistoryRequest,
): AsyncGenerator<HistoryEntry, void, undefined> {
  if (!isJobId(jobId)) throw jobNotFound(jobId);
  if (!Number.isInteger(after) || after < 0 || after > maxSeq) {
    throw refuseRequest('after', 'the position of an entry', after);
  }
  // Before the first look, so that what happens after it is heard.
  using reader = watch.read(jobId, signal);
  let seenCount = after;
  let isFirst = true;
  for (;;) {
    const rows = await database.query<Row>(selectPage, [jobId, tenant, seenCount]);
    const [head] = rows;
    if (head === undefined && isFirst) throw jobNotFound(jobId);
    if (head === undefined) return;
    isFirst = false;
    for (const row of rows) {
      if (row.seq === null) continue;
      if (signal?.aborted === true) return;
      seenCount = row.seq;
      yield toEntry(row, row.seq);
    }
    if (seenCount < head.historyCount) continue;
    if (!follow || (head.state !== 'queued' && head.state !== 'running')) return;
    if (!(await reader.changed(seenCount))) return;
  }
}

function toEntry({ atMs, kind, facts }: Row, seq: number): HistoryEntry {
  return { seq, atMs: Math.round(atMs), kind, facts: JSON.parse(facts) };
}
