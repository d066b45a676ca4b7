import {
  type DurableJobFilter,
  type DurableJobState,
  type DurableJobSummary,
  type Page,
  durableJobStates,
} from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { leasedIds } from '../engine/engine-tables.ts';
import { type SummaryRow, summaryColumns, summaryFromRow } from '../tables/job-row.ts';
import { pageLimit, readCursor, writeCursor } from './cursor.ts';
import { isJobId } from './find-job.ts';
import { idBounds } from './id-bound.ts';
import { refuseRequest } from './refuse-request.ts';

/** Jobs of each state that one page looks at where a filter has no index: it may find few of them, or none. */
const maxScannedCount = 10_000;

type Row = { readonly scannedCount: number; readonly lastId: string | null } & (
  | SummaryRow
  | { readonly id: null }
);

/**
 * Gives a page of jobs, the last submitted first. It may have fewer than asked for, and still a next one.
 *
 * @throws `ERR_WAYBILL_INVALID_REQUEST` for a cursor, a limit, a state or a moment that is none
 */
export async function listJobs(
  database: Queryable,
  filter: DurableJobFilter,
  maxCount: number = maxScannedCount,
): Promise<Page<DurableJobSummary>> {
  const { tenant } = filter;
  const limit = pageLimit(filter.limit);
  const { text, values, scanCount } = selectPage(filter, limit, maxCount);
  // Each limit and each set of filters is another text.
  const rows = await database.query<Row>(text, values, { isKept: false });
  const [{ scannedCount, lastId } = { scannedCount: 0, lastId: null }] = rows;
  const found = rows.flatMap((row) => (row.id === null ? [] : [summaryFromRow(row)]));
  const items = found.slice(0, limit);
  const hasMore = found.length > limit;
  const last = hasMore ? items.at(-1)?.id : lastId;
  const next =
    last && (hasMore || scannedCount === scanCount)
      ? { next: writeCursor({ list: 'jobs', tenant }, last) }
      : {};
  return { items, ...next };
}

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** How many jobs it looks at. */
  readonly scanCount: number;
}

/** First a range of an index, then what of it the other filters leave. */
function selectPage(filter: DurableJobFilter, limit: number, maxCount: number): Statement {
  const { tenant, cursor } = filter;
  const fromMs = checkMoment('submittedFromMs', filter.submittedFromMs);
  const beforeMs = checkMoment('submittedBeforeMs', filter.submittedBeforeMs);
  const states = checkStates(filter.states);
  const { from, before } = idBounds(fromMs, beforeMs);
  const after =
    cursor === undefined ? undefined : readCursor({ list: 'jobs', tenant }, cursor, isJobId);
  const values: unknown[] = [];
  const all = (conditions: readonly (readonly [string, unknown])[]): readonly string[] =>
    conditions
      .filter(([, value]) => value !== undefined)
      .map(([condition, value]) => condition.replace('?', `$${values.push(value)}`));
  const ofIndex = all([
    ['job.tenant = ?', tenant],
    ['job.id < ?::uuid', after],
    ['job.id >= ?::uuid', from],
    ['job.id < ?::uuid', before],
  ]);
  // A tenant's jobs are found by state, those of all tenants by id alone.
  const hasIndex = tenant !== undefined;
  const ofRow = all([
    ['job.state = ANY(?::text[])', hasIndex ? undefined : states],
    ['job.function_name = ?', filter.function],
    ['job.schedule_name = ?', filter.schedule],
    ['job.submitted_at >= waybill.moment(?)', fromMs],
    ['job.submitted_at < waybill.moment(?)', beforeMs],
  ]);
  const scanCount = ofRow.length === 0 ? limit + 1 : maxCount;
  const text = pageText({
    scan: hasIndex ? scanByState(ofIndex, scanCount, states) : scanRange(ofIndex, scanCount),
    ofRow,
    limit,
  });
  return { text, values, scanCount };
}

function scanRange(conditions: readonly string[], count: number): string {
  const columns = 'job.id, job.state, job.function_name, job.schedule_name, job.submitted_at';
  return `SELECT ${columns} FROM waybill.job AS job ${whereAll(conditions)} ORDER BY job.id DESC LIMIT ${count}`;
}

const open = 'job.settled_at IS NULL';

// A job that has settled is found by its state; of the others few are running.
const conditionOf: Readonly<Record<DurableJobState, string>> = {
  queued: `${open} AND job.state = 'queued'`,
  running: `job.state = 'running' AND job.id IN (${leasedIds})`,
  succeeded: `job.settled_state = 'succeeded'`,
  failed: `job.settled_state = 'failed'`,
  cancelled: `job.settled_state = 'cancelled'`,
};

const ofAnyState = [open, conditionOf.succeeded, conditionOf.failed, conditionOf.cancelled];

// State by state, for there is no order among the rows of several in an index.
function scanByState(
  conditions: readonly string[],
  count: number,
  states: readonly DurableJobState[] | undefined,
): string {
  const wanted =
    states === undefined
      ? ofAnyState
      : durableJobStates
          .filter((state) => states.includes(state))
          .map((state) => conditionOf[state]);
  const scans = wanted.map((condition) => `(${scanRange([...conditions, condition], count)})`);
  // None of no states.
  if (scans.length === 0) return scanRange([...conditions, 'false'], count);
  return `SELECT * FROM (${scans.join(' UNION ALL ')}) AS job ORDER BY job.id DESC LIMIT ${count}`;
}

interface PageParts {
  readonly scan: string;
  readonly ofRow: readonly string[];
  readonly limit: number;
}

// One row tells how far it looked, also where it found nothing.
function pageText({ scan, ofRow, limit }: PageParts): string {
  return `
WITH scanned AS MATERIALIZED (${scan}),
found AS (SELECT job.id FROM scanned AS job ${whereAll(ofRow)} ORDER BY job.id DESC LIMIT ${limit + 1})
SELECT ${summaryColumns}, scan.count AS "scannedCount", scan.last_id AS "lastId"
FROM (
  SELECT (SELECT count(*)::int FROM scanned) AS count, (SELECT id FROM scanned ORDER BY id LIMIT 1) AS last_id
) AS scan
LEFT JOIN (found JOIN waybill.job AS job ON job.id = found.id) ON true
ORDER BY job.id DESC`;
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function checkStates(states: DurableJobFilter['states']): DurableJobFilter['states'] {
  const wrong = states?.find((state) => !durableJobStates.includes(state));
  if (wrong === undefined) return states;
  throw refuseRequest('states', `some of ${durableJobStates.join(', ')}`, wrong);
}

// Beyond the dates of JavaScript the database has none either.
function checkMoment(name: string, ms: number | undefined): number | undefined {
  if (ms === undefined || Math.abs(ms) <= 8.64e15) return ms;
  throw refuseRequest(name, 'ms since 1970', ms);
}
