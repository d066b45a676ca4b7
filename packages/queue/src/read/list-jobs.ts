import {
  type DurableJob,
  type DurableJobFilter,
  type Page,
  durableJobStates,
} from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { type JobRow, jobColumns, jobFromRow } from '../tables/job-row.ts';
import { pageLimit, readCursor, writeCursor } from './cursor.ts';
import { isJobId } from './find-job.ts';
import { refuseRequest } from './refuse-request.ts';

// What a page of outcomes may take in memory; a single one may take more.
const maxOutcomeBytes = 16 * 2 ** 20;

type Row = JobRow & { readonly matchCount: number };

/**
 * Gives a page of jobs, the last submitted first. It ends early where the outcomes of its jobs are over 16 MiB together.
 *
 * @throws `ERR_WAYBILL_INVALID_REQUEST` for a cursor, a limit, a state or a moment that is none
 */
export async function listJobs(
  database: Queryable,
  filter: DurableJobFilter,
): Promise<Page<DurableJob>> {
  const { tenant, cursor } = filter;
  const limit = pageLimit(filter.limit);
  const values: unknown[] = [limit + 1];
  const conditions: string[] = [];
  const where = (condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition.replace('?', `$${values.length}`));
  };
  where('job.tenant = ?', tenant);
  where(
    'job.id < ?::uuid',
    cursor === undefined ? undefined : readCursor({ list: 'jobs', tenant }, cursor, isJobId),
  );
  where('job.state = ANY(?::text[])', checkStates(filter.states));
  where('job.function_name = ?', filter.function);
  where('job.schedule_name = ?', filter.schedule);
  where(
    'job.submitted_at >= waybill.moment(?)',
    checkMoment('submittedFromMs', filter.submittedFromMs),
  );
  where(
    'job.submitted_at < waybill.moment(?)',
    checkMoment('submittedBeforeMs', filter.submittedBeforeMs),
  );
  const rows = await database.query<Row>(selectPage(conditions), values);
  const items = rows.slice(0, limit).map(jobFromRow);
  const last = items.at(-1);
  const hasMore = items.length < (rows[0]?.matchCount ?? 0);
  return {
    items,
    ...(hasMore && last && { next: writeCursor({ list: 'jobs', tenant }, last.id) }),
  };
}

// The size of an outcome is known without reading it.
function selectPage(conditions: readonly string[]): string {
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `
SELECT ${jobColumns}, job.match_count AS "matchCount" FROM (
  SELECT match.*, count(*) OVER ()::int AS match_count, row_number() OVER (ORDER BY id DESC) AS position,
    sum(octet_length(coalesce(outcome, ''))) OVER (ORDER BY id DESC) AS bytes_so_far
  FROM (SELECT job.* FROM waybill.job AS job ${where} ORDER BY job.id DESC LIMIT $1) AS match
) AS job
WHERE job.position = 1 OR job.bytes_so_far <= ${maxOutcomeBytes}
ORDER BY job.id DESC`;
}

function checkStates(states: DurableJobFilter['states']): readonly string[] | undefined {
  const wrong = states?.find((state) => !durableJobStates.includes(state));
  if (wrong === undefined) return states;
  throw refuseRequest('states', `some of ${durableJobStates.join(', ')}`, wrong);
}

// Beyond the dates of JavaScript the database has none either.
function checkMoment(name: string, ms: number | undefined): number | undefined {
  if (ms === undefined || Math.abs(ms) <= 8.64e15) return ms;
  throw refuseRequest(name, 'ms since 1970', ms);
}
