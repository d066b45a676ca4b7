import { makeError } from '@waybill/protocol';
import { type Db, PgBoss } from 'pg-boss';
import type { Database, Queryable } from '../database/database.ts';
import type { Engine, EngineJob, TenantSlots } from './engine.ts';
import { engineQueue as queue, engineSchema as schema } from './leased-ids.ts';

// Any two numbers that nothing else in the database locks.
const leaseLock = 7_261_920_451;
const installLock = 7_261_920_452;

// pg-boss ends a job for good after so many attempts; here that is decided outside.
const neverEndingRetries = 2_147_483_647;

// Priorities that one lease tries.
const triedLevelCount = 4;

const waiting = `name = '${queue}' AND state < 'active' AND NOT blocked`;

// Which priorities have ready jobs of tenants with a free slot, the highest first, each found by a walk in the index that fetch()
// uses, and how many jobs of any tenant are ready, as far as that matters. The first one nearly always gives a job; the others are for
// the case that its jobs are just being cancelled. Two fetches at once would each count a tenant's attempts without the other's: where
// there are several connections, they take turns.
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

// fail() decides the moment by a policy of its own, and update() takes one job a call.
const setStartAfter = `
UPDATE ${schema}.job AS job SET start_after = greatest(now(), to_timestamp(given.start_after_ms / 1000))
FROM json_to_recordset($1::json) AS given(id uuid, start_after_ms float8)
WHERE job.name = '${queue}' AND job.id = given.id`;

// deleteJob() takes leased jobs too.
const removeWaiting = `DELETE FROM ${schema}.job WHERE ${waiting} AND id = ANY($1::uuid[]) RETURNING id`;

interface Ready {
  readonly priorities: readonly number[] | null;
  readonly readyCount: number;
}

/** What the engine is made with. */
export interface EngineOptions {
  /** Hears of failures in the background. */
  readonly onError: (error: unknown) => void;
}

/**
 * Makes the engine on a database, with tables of its own in the schema `pgboss`, which it brings up to date. Dispose it before the
 * database.
 *
 * pg-boss runs without its supervision: nothing is retried, expired or deleted behind our back, and no statement counts the
 * whole queue every few seconds. What is settled is deleted here at once.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE`
 */
export async function createEngine(database: Database, options: EngineOptions): Promise<Engine> {
  const boss = new PgBoss({
    db: toBossDatabase(database),
    backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
    schema,
    supervise: false,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', options.onError);
  const stop = (): Promise<void> => boss.stop({ close: false, timeout: 1_000 });
  try {
    await start(boss, database);
  } catch (error) {
    await stop();
    throw error;
  }
  const readyPriorities = selectReady(database.kind);
  return {
    insert: (transaction, jobs) => insert(boss, transaction, jobs),
    async lease(transaction, slots, tenants) {
      const limits = [tenants.default, JSON.stringify(Object.fromEntries(tenants.of))];
      const [ready] = await transaction.query<Ready>(readyPriorities, [slots, ...limits]);
      const readyCount = ready?.readyCount ?? 0;
      for (const priority of ready?.priorities ?? []) {
        const jobIds = await fetch(boss, transaction, { slots, tenants, priority });
        if (jobIds.length > 0) return { jobIds, hasMore: readyCount > jobIds.length };
      }
      return { jobIds: [], hasMore: readyCount > 0 };
    },
    async putBack(transaction, jobs) {
      if (jobs.length === 0) return;
      const ids = jobs.map(({ id }) => id);
      await boss.fail(queue, ids, null, { db: toBossDatabase(transaction) });
      const rows = jobs.map(({ id, startAfterMs }) => ({ id, start_after_ms: startAfterMs }));
      await transaction.query(setStartAfter, [JSON.stringify(rows)]);
    },
    async cancel(transaction, jobIds) {
      const rows = await transaction.query<{ id: string }>(removeWaiting, [jobIds]);
      return rows.map(({ id }) => id);
    },
    async remove(transaction, jobIds) {
      if (jobIds.length === 0) return;
      await boss.deleteJob(queue, [...jobIds], { db: toBossDatabase(transaction) });
    },
    occurrences: (cron, timezone, range) => occurrences(boss, { cron, timezone, ...range }),
    [Symbol.asyncDispose]: stop,
  };
}

async function start(boss: PgBoss, database: Database): Promise<void> {
  const install = async (): Promise<void> => {
    await boss.start();
    const retry = { retryLimit: neverEndingRetries, retryDelay: 0, retryBackoff: false };
    await boss.createQueue(queue, retry);
  };
  if (database.kind === 'embedded') return install();
  // Of processes that make its tables at once, those that come second would leave a broken transaction on their connection. It
  // runs on other connections than the one that holds the lock.
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [installLock]);
    await install();
  });
}

function toBossDatabase(queryable: Queryable): Db {
  return {
    async executeSql(text, values) {
      // Its own set-up is several statements in one text, and never has values.
      const isScript = values === undefined || values.length === 0;
      const rows = isScript ? await queryable.script(text) : await queryable.query(text, values);
      return { rows: [...rows] };
    },
  };
}

async function insert(
  boss: PgBoss,
  transaction: Queryable,
  jobs: readonly EngineJob[],
): Promise<void> {
  const rows = jobs.map(({ id, tenant, priority, startAfterMs }) => ({
    id,
    priority,
    group: { id: tenant, tier: tenant },
    ...(startAfterMs > 0 && { startAfter: new Date(startAfterMs).toISOString() }),
  }));
  const db = toBossDatabase(transaction);
  const inserted = (await boss.insert(queue, rows, { db, returnId: true })) ?? [];
  if (inserted.length === jobs.length) return;
  // It leaves out what is there already; a job that only our own table has would never run.
  const words = `${jobs.length - inserted.length} of ${jobs.length} jobs are in line already`;
  throw makeError('ERR_WAYBILL_INTERNAL', words);
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

interface Recurrence {
  readonly cron: string;
  readonly timezone: string;
  readonly fromMs: number;
  readonly count: number;
}

function occurrences(boss: PgBoss, { cron, timezone, fromMs, count }: Recurrence): number[] {
  // pg-boss takes seconds and other notations too.
  if (!/^\S+(?: \S+){4}$/.test(cron)) {
    throw makeError('ERR_WAYBILL_INVALID_JOB', `cron: expected five fields, got ${cron}`);
  }
  try {
    const range = { tz: timezone, from: new Date(fromMs), count };
    return boss.previewSchedule(cron, range).map((moment) => moment.getTime());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const words = `cron: expected an expression that has moments in ${timezone}: ${reason}`;
    throw makeError('ERR_WAYBILL_INVALID_JOB', words, { cause });
  }
}
