import { makeError } from '@waybill/protocol';
import { PgBoss } from 'pg-boss';
import type { Database, Queryable } from '../database/database.ts';
import type { Engine, EngineJob } from './engine.ts';
import { engineQueue as queue, engineSchema as schema, waitingJobs } from './engine-tables.ts';
import { makeLease } from './make-lease.ts';
import { toBossDatabase } from './to-boss-database.ts';
import { trimEngine } from './trim-engine.ts';

// Any number that nothing else in the database locks.
const installLock = 7_261_920_452;

// pg-boss ends a job for good after so many attempts; here that is decided outside.
const neverEndingRetries = 2_147_483_647;

// fail() decides the moment by a policy of its own, and update() takes one job a call.
const setStartAfter = `
UPDATE ${schema}.job AS job SET start_after = greatest(now(), to_timestamp(given.start_after_ms / 1000))
FROM json_to_recordset($1::json) AS given(id uuid, start_after_ms float8)
WHERE job.name = '${queue}' AND job.id = given.id`;

// deleteJob() takes leased jobs too.
const removeWaiting = `DELETE FROM ${schema}.job WHERE ${waitingJobs} AND id = ANY($1::uuid[]) RETURNING id`;

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
  return {
    insert: (transaction, jobs) => insert(boss, transaction, jobs),
    lease: makeLease(boss, database.kind),
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
    await trimEngine(database);
  };
  if (database.kind === 'embedded') return install();
  // Of processes that make its tables at once, those that come second would leave a broken transaction on their connection. It
  // runs on other connections than the one that holds the lock.
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [installLock]);
    await install();
  });
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
  // It leaves out what is there already. Ids are made for the job, so nothing but a hand in the tables comes here; the commit may have
  // gone along, and whoever submitted has to look.
  const words = `${jobs.length - inserted.length} of ${jobs.length} jobs are in line already`;
  throw makeError('ERR_WAYBILL_INTERNAL', words);
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
