import { type PostgresServer, startPostgres } from '@waybill/testkit';
import { v7 as makeId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEmbedded } from '../database/database.fixture.ts';
import type { Database, Queryable } from '../database/database.ts';
import { openPostgres } from '../database/open-postgres.ts';
import type { Engine, EngineJob, Leased, TenantSlots } from './engine.ts';
import { createEngine } from './pg-boss-engine.ts';

const failOn = (error: unknown): never => {
  throw error;
};

interface Bench extends AsyncDisposable {
  readonly database: Database;
  readonly engine: Engine;
}

function aJob(tenant: string, fields: Partial<EngineJob> = {}): EngineJob {
  return { id: makeId(), tenant, priority: 0, startAfterMs: 0, ...fields };
}

function slotsOf(count: number, named: Readonly<Record<string, number>> = {}): TenantSlots {
  return { default: count, of: new Map(Object.entries(named)) };
}

function engineSuite(open: () => Promise<Bench>): void {
  let bench: Bench;
  beforeAll(async () => {
    bench = await open();
  }, 30_000);
  afterAll(() => bench[Symbol.asyncDispose]());

  const insert = (...jobs: readonly EngineJob[]): Promise<void> =>
    bench.database.transaction((transaction) => bench.engine.insert(transaction, jobs));
  async function lease(slots: number, tenants = slotsOf(100)): Promise<readonly string[]> {
    const leased: string[] = [];
    while (leased.length < slots) {
      const { jobIds } = await bench.database.transaction((transaction) =>
        bench.engine.lease(transaction, slots - leased.length, tenants),
      );
      if (jobIds.length === 0) break;
      leased.push(...jobIds);
    }
    return leased;
  }
  const remove = (ids: readonly string[]): Promise<void> =>
    bench.database.transaction((transaction) => bench.engine.remove(transaction, ids));

  test('jobs are leased by priority, then by age, and each once', async () => {
    const jobs = [0, 5, -3, 5, 0].map((priority) => aJob('order', { priority }));
    await insert(...jobs);
    const expected = [1, 3, 0, 4, 2].map((index) => jobs[index]?.id);
    const leased = [...(await lease(2)), ...(await lease(10))];
    expect(leased).toEqual(expected);
    expect(await lease(10)).toEqual([]);
    await remove(leased);
  });

  test('where a tenant has fewer slots than urgent jobs, its most urgent ones are leased', async () => {
    const low = aJob('cut');
    const high = aJob('cut', { priority: 10 });
    await insert(low, high);
    expect(await lease(8, slotsOf(1))).toEqual([high.id]);
    await remove([high.id]);
    expect(await lease(8, slotsOf(1))).toEqual([low.id]);
    await remove([low.id]);
  });

  test('jobs whose priority turned out not to be the highest are left as they were', async () => {
    const usual = [aJob('guessed'), aJob('guessed'), aJob('guessed')];
    await insert(...usual);
    expect(await lease(1)).toEqual([usual[0]?.id]);
    const urgent = aJob('guessed', { priority: 1 });
    await insert(urgent);
    expect(await lease(1)).toEqual([urgent.id]);
    const [, ...left] = usual.map(({ id }) => id);
    expect(await lease(10)).toEqual(left);
    await remove([urgent, ...usual].map(({ id }) => id));
  });

  test('what pg-boss keeps for features that are off is gone', async () => {
    const kept = await bench.database.query<{ readonly name: string }>(`
      SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'pgboss' AND tablename = 'job_common'
      UNION ALL SELECT conname FROM pg_constraint WHERE conrelid = 'pgboss.job_common'::regclass AND contype = 'f'`);
    const names = kept.map(({ name }) => name).toSorted();
    expect(names).toEqual(['job_common_i11', 'job_common_i7', 'job_common_pkey']);
  });

  test('a tenant without free slots costs no statement for each of its priorities', async () => {
    const running = aJob('full', { priority: 100 });
    const waiting = Array.from({ length: 50 }, (_, priority) => aJob('full', { priority }));
    const other = aJob('other', { priority: -1 });
    await insert(running);
    expect(await lease(1, slotsOf(1))).toEqual([running.id]);
    await insert(...waiting, other);
    let statementCount = 0;
    const take = (): Promise<Leased> =>
      bench.database.transaction((transaction) => {
        const counted: Queryable = {
          ...transaction,
          query: (...args) => ((statementCount += 1), transaction.query(...args)),
        };
        return bench.engine.lease(counted, 8, slotsOf(1));
      });
    expect(await take()).toEqual({ jobIds: [other.id], hasMore: true });
    expect(await take()).toEqual({ jobIds: [], hasMore: true });
    expect(statementCount).toBeLessThanOrEqual(6);
    await remove([running, ...waiting, other].map(({ id }) => id));
  });

  test('a tenant that fills the head of the line leaves slots to those behind it', async () => {
    const crowd = Array.from({ length: 20 }, () => aJob('crowd'));
    const others = [aJob('quiet-1'), aJob('quiet-2')];
    await insert(...crowd, ...others);
    const leased = await lease(6, slotsOf(100, { crowd: 3 }));
    expect(leased.toSorted()).toEqual(
      [...crowd.slice(0, 3), ...others].map(({ id }) => id).toSorted(),
    );
    await remove([...crowd, ...others].map(({ id }) => id));
  });

  test('a job that starts later is not leased, and cancelled it never is', async () => {
    const later = aJob('later', { startAfterMs: Date.now() + 3_600_000 });
    const now = aJob('later');
    await insert(later, now);
    expect(await lease(10)).toEqual([now.id]);
    const cancelled = await bench.database.transaction((transaction) =>
      bench.engine.cancel(transaction, [later.id, now.id]),
    );
    expect(cancelled, 'only one of them waits').toEqual([later.id]);
    await remove([now.id]);
  });

  test('a job that is put back is ready at its time, and leaves its slot at once', async () => {
    const jobs = [aJob('back'), aJob('back')];
    await insert(...jobs);
    const [first, second] = jobs.map(({ id }) => id);
    expect(await lease(10, slotsOf(1))).toEqual([first]);
    await bench.database.transaction((transaction) =>
      bench.engine.putBack(transaction, [
        { id: first ?? '', startAfterMs: Date.now() + 3_600_000 },
      ]),
    );
    expect(await lease(10, slotsOf(1))).toEqual([second]);
    await bench.database.transaction((transaction) =>
      bench.engine.putBack(transaction, [{ id: second ?? '', startAfterMs: 0 }]),
    );
    expect(await lease(10, slotsOf(1))).toEqual([second]);
    await remove(jobs.map(({ id }) => id));
  });

  test('a job that was removed can be put in line again under its id, one that is in line cannot', async () => {
    const job = aJob('redriven');
    await insert(job);
    await remove(await lease(1));
    await insert(job);
    await expect(insert(job)).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
    expect(await lease(1)).toEqual([job.id]);
    await remove([job.id]);
  });

  test('what is done in a transaction that fails did not happen', async () => {
    const job = aJob('undone');
    await insert(job);
    const failing = bench.database.transaction(async (transaction) => {
      await bench.engine.lease(transaction, 1, slotsOf(1));
      await bench.engine.insert(transaction, [aJob('undone')]);
      throw new Error('in a test');
    });
    await expect(failing).rejects.toThrow('in a test');
    expect(await lease(10)).toEqual([job.id]);
    await remove([job.id]);
  });

  test('a tenant may have a name that objects have already', async () => {
    const jobs = [aJob('__proto__'), aJob('__proto__'), aJob('constructor')];
    await insert(...jobs);
    const leased = await lease(10, slotsOf(5, { ['__proto__']: 1 }));
    expect(leased).toEqual([jobs[0]?.id, jobs[2]?.id]);
    await remove(jobs.map(({ id }) => id));
  });

  test('the moments of a cron expression follow its time zone', () => {
    const fromMs = Date.parse('2026-03-28T12:00:00Z');
    const range = { fromMs, count: 2 };
    expect(bench.engine.occurrences('30 9 * * *', 'UTC', range)).toEqual([
      Date.parse('2026-03-29T09:30:00Z'),
      Date.parse('2026-03-30T09:30:00Z'),
    ]);
    // Summer time begins in between.
    expect(bench.engine.occurrences('30 9 * * *', 'Europe/Berlin', range)).toEqual([
      Date.parse('2026-03-29T07:30:00Z'),
      Date.parse('2026-03-30T07:30:00Z'),
    ]);
  });

  test.each([
    ['* * * *', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['FREQ=DAILY', 'UTC'],
    ['61 * * * *', 'UTC'],
    ['0 0 31 2 *', 'UTC'],
    ['0 0 * * *', 'Mars/Olympus'],
  ])('the cron expression %j in %s is refused', (cron, timezone) => {
    const ask = (): unknown => bench.engine.occurrences(cron, timezone, { fromMs: 0, count: 1 });
    expect(ask).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB' }));
  });
}

describe('embedded', () => {
  engineSuite(async () => {
    const opened = await openTestEmbedded();
    const engine = await createEngine(opened.database, { onError: failOn });
    return {
      database: opened.database,
      engine,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        await opened[Symbol.asyncDispose]();
      },
    };
  });
});

describe('postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (url: string): Promise<Bench> => {
    const database = await openPostgres({ url });
    const engine = await createEngine(database, { onError: failOn });
    return {
      database,
      engine,
      async [Symbol.asyncDispose]() {
        await engine[Symbol.asyncDispose]();
        await database.close();
      },
    };
  };

  describe('one process', () => {
    engineSuite(async () => open(await server.createDatabase()));
  });

  test('four processes that lease at once never pass the slots of a tenant', async () => {
    const url = await server.createDatabase();
    await using stack = new AsyncDisposableStack();
    const benches = await Promise.all([1, 2, 3, 4].map(() => open(url)));
    for (const bench of benches) stack.use(bench);
    const [first] = benches;
    const jobs = Array.from({ length: 60 }, () => aJob('capped'));
    await first?.database.transaction((transaction) => first.engine.insert(transaction, jobs));
    const taken = new Set<string>();
    while (taken.size < jobs.length) {
      const leases = await Promise.all(
        benches.map(({ database, engine }) =>
          database.transaction((transaction) => engine.lease(transaction, 10, slotsOf(3))),
        ),
      );
      const ids = leases.flatMap(({ jobIds }) => jobIds);
      expect(ids, 'exactly as many as the tenant has slots').toHaveLength(3);
      for (const id of ids) taken.add(id);
      await first?.database.transaction((transaction) => first.engine.remove(transaction, ids));
    }
    expect(taken.size).toBe(60);
  });
});
