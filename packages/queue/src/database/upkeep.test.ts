import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openTestEmbedded } from './database.fixture.ts';
import type { Queryable } from './database.ts';
import { startUpkeep, tend } from './upkeep.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const LOOK_MS = 15_000;

/** A database that has nothing to do but counts who asks. */
function idle(): Queryable & { asked: number } {
  return {
    asked: 0,
    async query() {
      this.asked += 1;
      return [];
    },
    async script() {
      return [];
    },
  };
}

test('tables that changed are analyzed, others are left alone, and a log that has grown is closed', async () => {
  await using made = await openTestEmbedded();
  const { database } = made;
  const table = async (name: string): Promise<unknown> => {
    const rows = await database.query(
      `SELECT last_analyze IS NOT NULL AS "isAnalyzed", n_live_tup AS "liveCount" FROM pg_stat_user_tables WHERE relname = $1`,
      [name],
    );
    return rows[0];
  };
  const logBytes = async (): Promise<number> => {
    const [row] = await database.query<{ bytes: number }>(
      'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()',
    );
    return row?.bytes ?? 0;
  };
  await database.script('CREATE TABLE busy (pad text); CREATE TABLE "Quiet one" (id int)');
  await database.script(`INSERT INTO "Quiet one" VALUES (1);
    ALTER TABLE busy ALTER pad SET STORAGE plain;
    INSERT INTO busy SELECT repeat('x', 7000) FROM generate_series(1, 10000)`);
  expect(await logBytes()).toBeGreaterThan(64 * 2 ** 20);
  // Counts are kept back for a second otherwise.
  await database.query('SELECT pg_stat_force_next_flush()');
  await tend(database);
  expect(await table('busy')).toEqual({ isAnalyzed: true, liveCount: '10000' });
  expect(await table('Quiet one')).toMatchObject({ isAnalyzed: false });
  expect(await logBytes()).toBeLessThan(2 ** 20);
});

test('upkeep is put off while statements wait, but not for ever', async () => {
  const database = idle();
  using _upkeep = startUpkeep({ database, pool: { waitingCount: 1 }, onError: () => {} });
  await vi.advanceTimersByTimeAsync(3 * LOOK_MS);
  expect(database.asked).toBe(0);
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(database.asked).toBe(2);
});

test('upkeep that fails is reported and tried again, and ends with its disposal', async () => {
  const errors: unknown[] = [];
  const failure = new Error('no room');
  const database = { ...idle(), query: () => Promise.reject(failure) };
  const upkeep = startUpkeep({
    database,
    pool: { waitingCount: 0 },
    onError: (error) => errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(2 * LOOK_MS);
  expect(errors).toEqual([failure, failure]);
  upkeep[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(2 * LOOK_MS);
  expect(errors).toHaveLength(2);
});
