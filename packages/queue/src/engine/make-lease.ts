import type { PgBoss } from 'pg-boss';
import type { Database, Queryable } from '../database/database.ts';
import { together } from '../database/together.ts';
import type { Engine, TenantSlots } from './engine.ts';
import {
  engineQueue as queue,
  engineSchema as schema,
  waitingJobs as waiting,
} from './engine-tables.ts';
import { toBossDatabase } from './to-boss-database.ts';

// Any number that nothing else in the database locks.
const leaseLock = 7_261_920_451;

// Priorities that one lease tries.
const triedLevelCount = 4;

// Which priorities have ready jobs of tenants with a free slot, the highest first, each found by a walk in the index that fetch()
// uses, and how many jobs of any tenant are ready, as far as that matters. The first one nearly always gives a job; the others are for
// the case that its jobs are just being cancelled. Two fetches at once would each count a tenant's attempts without the other's: where
// there are several connections, they take turns. What it finds may be older than its turn; fetch() counts for itself.
const selectReady = (kind: Database['kind']): string => `
WITH RECURSIVE turn AS MATERIALIZED (
  SELECT ${kind === 'postgres' ? `pg_advisory_xact_lock(${leaseLock})` : '1'}
), full_tenant AS MATERIALIZED (
  SELECT group_id FROM ${schema}.job WHERE name = '${queue}' AND state = 'active' AND group_id IS NOT NULL
  GROUP BY group_id HAVING count(*) >= coalesce(($3::jsonb ->> group_id)::int, $2::int)
), level AS (
  SELECT 1 AS depth, (
    SELECT job.priority FROM ${schema}.job AS job
    WHERE ${waiting} AND job.start_after <= now() AND job.group_id NOT IN (SELECT group_id FROM full_tenant)
    ORDER BY job.priority DESC LIMIT 1
  ) AS priority
  UNION ALL
  SELECT level.depth + 1, (
    SELECT job.priority FROM ${schema}.job AS job
    WHERE ${waiting} AND job.start_after <= now() AND job.group_id NOT IN (SELECT group_id FROM full_tenant)
      AND job.priority < level.priority
    ORDER BY job.priority DESC LIMIT 1
  ) FROM level WHERE level.priority IS NOT NULL AND level.depth < ${triedLevelCount}
)
SELECT
  (SELECT array_agg(priority ORDER BY depth) FILTER (WHERE priority IS NOT NULL) FROM level) AS priorities,
  (SELECT count(*)::int FROM (
    SELECT FROM ${schema}.job WHERE ${waiting} AND start_after <= now() ORDER BY priority DESC, created_on LIMIT $1 + 1) ready
  ) AS "readyCount"
FROM turn`;

interface Ready {
  readonly priorities: readonly number[] | null;
  readonly readyCount: number;
}

/** Makes {@link Engine.lease}. */
export function makeLease(boss: PgBoss, kind: Database['kind']): Engine['lease'] {
  const readyPriorities = selectReady(kind);
  // Mostly the same as the last time.
  let guess = 0;
  return async (transaction, slots, tenants) => {
    const limits = [tenants.default, JSON.stringify(Object.fromEntries(tenants.of))];
    const looking = transaction.query<Ready>(readyPriorities, [slots, ...limits]);
    const [[ready], guessed] = await together([
      looking,
      fetchGuess(boss, transaction, { slots, tenants, priority: guess }),
    ]);
    const { priorities, readyCount } = ready ?? { priorities: [], readyCount: 0 };
    const isRight = priorities?.[0] === guess;
    if (!isRight && guessed.length > 0) await transaction.script('ROLLBACK TO SAVEPOINT guess');
    guess = priorities?.[0] ?? guess;
    for (const [index, priority] of (priorities ?? []).entries()) {
      const isGuessed = isRight && index === 0;
      const jobIds = isGuessed
        ? guessed
        : await fetch(boss, transaction, { slots, tenants, priority });
      if (jobIds.length > 0) return { jobIds, hasMore: readyCount > jobIds.length };
    }
    return { jobIds: [], hasMore: readyCount > 0 };
  };
}

/** Takes jobs of the priority that is probably the highest, without waiting to hear whether it is. It can be taken back. */
async function fetchGuess(
  boss: PgBoss,
  transaction: Queryable,
  fetched: Fetch,
): Promise<readonly string[]> {
  const [, jobIds] = await together([
    transaction.script('SAVEPOINT guess'),
    fetch(boss, transaction, fetched),
  ]);
  return jobIds;
}

interface Fetch {
  readonly slots: number;
  readonly tenants: TenantSlots;
  readonly priority: number;
}

/** Takes jobs of one priority: where a tenant's slots cut a batch, pg-boss keeps its oldest jobs and not its most urgent ones. */
async function fetch(
  boss: PgBoss,
  transaction: Queryable,
  { slots, tenants, priority }: Fetch,
): Promise<readonly string[]> {
  const jobs = await boss.fetch(queue, {
    db: toBossDatabase(transaction),
    batchSize: roundDown(slots),
    // Without group concurrency a large batch is slow where statistics are older than the backlog.
    groupConcurrency: { default: tenants.default, tiers: Object.fromEntries(tenants.of) },
    minPriority: priority,
    maxPriority: priority,
  });
  // Ids sort by submission; the batch does not.
  return jobs.map(({ id }) => id).toSorted();
}

/** Gives one of few sizes, because each is a statement of its own, which the database has to prepare. */
function roundDown(slots: number): number {
  const half = 2 ** Math.floor(Math.log2(slots));
  return slots >= half * 1.5 && half > 1 ? half * 1.5 : half;
}
