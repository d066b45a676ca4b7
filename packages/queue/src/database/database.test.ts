import { makeError } from '@waybill/protocol';
import { deferred, until } from '@waybill/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, testDatabases, type TestDatabases } from './database.fixture.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { together } from './together.ts';

describe.each(databaseKinds)('%s', (kind) => {
  let databases: TestDatabases;
  let database: Database;
  beforeAll(async () => {
    databases = await testDatabases(kind);
    database = await databases.open();
    await database.script('CREATE TABLE kept (id int PRIMARY KEY)');
  });
  afterAll(() => databases[Symbol.asyncDispose]());

  const ids = async (on: Queryable = database): Promise<number[]> =>
    (await on.query<{ id: number }>('SELECT id FROM kept ORDER BY id')).map(({ id }) => id);
  const add = (id: number, on: Queryable = database): Promise<unknown> =>
    on.query('INSERT INTO kept VALUES ($1)', [id]);
  const empty = (): Promise<unknown> => database.script('DELETE FROM kept');

  test('columns come as the same JavaScript values from both databases', async () => {
    const [row] = await database.query(
      `SELECT $1::text AS text, $2::boolean AS boolean, $3::int4 AS int4, $4::float8 AS float8, $5::int8 AS int8,
         $6::uuid AS uuid, $7::json AS json, $8::jsonb AS jsonb, $9::text[] AS list, $10::text AS nothing`,
      [
        'é',
        true,
        7,
        0.1,
        '9007199254740993',
        '0197e0a0-0000-7000-8000-000000000000',
        { a: [1] },
        { b: null },
        ['x,"', null],
        undefined,
      ],
    );
    expect(row).toEqual({
      text: 'é',
      boolean: true,
      int4: 7,
      float8: 0.1,
      int8: '9007199254740993',
      uuid: '0197e0a0-0000-7000-8000-000000000000',
      json: { a: [1] },
      jsonb: { b: null },
      list: ['x,"', null],
      nothing: null,
    });
  });

  test('a script gives the rows of all its statements', async () => {
    expect(await database.script('SELECT 1 AS n; SELECT 2 AS n')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await database.script('SELECT 3 AS n')).toEqual([{ n: 3 }]);
  });

  test('a value of several megabytes arrives and comes back whole', async () => {
    const text = 'waybill '.repeat(500_000);
    const [row] = await database.query<{ text: string }>('SELECT $1::text AS text', [text]);
    expect(row?.text === text).toBe(true);
  });

  test('what the database refuses rejects with its own code, and the next statement works', async () => {
    await expect(database.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({
      code: '22012',
    });
    await expect(database.query('SELEC $1', [1])).rejects.toMatchObject({ code: '42601' });
    await expect(database.script('SELECT 1; SELECT 1 / 0')).rejects.toMatchObject({
      code: '22012',
    });
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('a transaction is kept when its work resolves, and undone when it rejects', async () => {
    await empty();
    expect(await database.transaction(async (transaction) => (await add(1, transaction), 7))).toBe(
      7,
    );
    const rejecting = database.transaction(async (transaction) => {
      await add(2, transaction);
      expect(await ids(transaction)).toEqual([1, 2]);
      throw new RangeError('changed my mind');
    });
    await expect(rejecting).rejects.toThrow(RangeError);
    expect(await ids()).toEqual([1]);
  });

  test('a transaction whose failed statement nobody heard of is not kept, and says so', async () => {
    await empty();
    const quiet = database.transaction(async (transaction) => {
      await add(1, transaction);
      await add(1, transaction).catch(() => undefined);
    });
    await expect(quiet).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
    expect(await ids()).toEqual([]);
  });

  test('the last statement of a transaction keeps it, whatever is thrown afterwards', async () => {
    await empty();
    const throwing = database.transaction(async (transaction) => {
      await add(1, transaction);
      await add(2, transaction.last);
      throw new RangeError('too late');
    });
    await expect(throwing).rejects.toThrow(RangeError);
    expect(await ids()).toEqual([1, 2]);
  });

  test('a last statement that is refused undoes its transaction, and harms none that was sent behind it', async () => {
    await empty();
    const refused = database.transaction(async (transaction) => {
      await add(1, transaction);
      await add(1, transaction.last);
    });
    const others = [2, 3, 4].map((id) =>
      database.transaction(async (transaction) => {
        await add(id, transaction);
        expect(await ids(transaction)).toContain(id);
        await add(id * 10, transaction.last);
      }),
    );
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    await Promise.all(others);
    expect(await ids()).toEqual([2, 3, 4, 20, 30, 40]);
  });

  test('after its last statement a transaction takes no other', async () => {
    await empty();
    const going = database.transaction(async (transaction) => {
      await Promise.all([add(1, transaction.last), add(2, transaction)]);
    });
    await expect(going).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
    expect(await ids()).toEqual([1]);
  });

  test('a last statement that comes after the end is refused, and commits nothing of the next transaction', async () => {
    await empty();
    const kept: Transaction[] = [];
    await database.transaction(async (transaction) => {
      kept.push(transaction);
      await add(1, transaction.last);
    });
    const undone = database.transaction(async (transaction) => {
      kept.push(transaction);
      throw new RangeError('undone');
    });
    await expect(undone).rejects.toThrow(RangeError);
    const next = database.transaction(async (transaction) => {
      await add(2, transaction);
      for (const { last } of kept) {
        await expect(add(3, last)).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
      }
      throw new RangeError('undone, too');
    });
    await expect(next).rejects.toThrow(RangeError);
    expect(await ids()).toEqual([1]);
  });

  test('a transaction is undone whatever its work rejects with', async () => {
    await empty();
    const unavailable = makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'another database');
    const rejecting = database.transaction(async (transaction) => {
      await add(1, transaction);
      throw unavailable;
    });
    await expect(rejecting).rejects.toBe(unavailable);
    await add(2);
    expect(await ids()).toEqual([2]);
  });

  test('values that cannot be written down reject as they are, and the next statement works', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await expect(database.query('SELECT $1::json', [circle])).rejects.toThrow(TypeError);
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('a statement that is kept prepared works again after each way in which it can fail', async () => {
    const read = (value: unknown): Promise<readonly object[]> =>
      database.query('SELECT 1 / ($1::json->>0)::int AS n FROM made_later', [value]);
    await expect(read('[1]')).rejects.toMatchObject({ code: '42P01' });
    await database.script('CREATE TABLE made_later (); INSERT INTO made_later DEFAULT VALUES');
    expect(await read('[1]')).toEqual([{ n: 1 }]);
    await expect(read('[0]')).rejects.toMatchObject({ code: '22012' });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await expect(read(circle)).rejects.toThrow(TypeError);
    expect(await read('[1]')).toEqual([{ n: 1 }]);
  });

  test('more texts than are kept prepared work too', async () => {
    for (let n = 0; n < 220; n++) {
      expect(await database.query(`SELECT $1::int + ${n} AS n`, [1])).toEqual([{ n: n + 1 }]);
    }
    const kept = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_prepared_statements',
    );
    expect(kept[0]?.count).toBeLessThanOrEqual(200);
  });

  test('a statement that is not to be kept is not', async () => {
    const text = 'SELECT $1::int + 1 AS once';
    expect(await database.query(text, [1], { isKept: false })).toEqual([{ once: 2 }]);
    const kept = 'SELECT FROM pg_prepared_statements WHERE statement = $1';
    expect(await database.query(kept, [text])).toEqual([]);
  });

  test('of statements that were sent together the first that failed is told', async () => {
    await empty();
    const failing = database.transaction((transaction) =>
      together([add(1, transaction), add(1, transaction), add(2, transaction)]),
    );
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await ids()).toEqual([]);
  });

  test('a statement after the end of its transaction is refused', async () => {
    const late = await database.transaction(async (transaction) => ({ transaction }));
    await expect(add(1, late.transaction)).rejects.toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
  });

  test('statements of one transaction may be sent at once and run in their order', async () => {
    await empty();
    await database.transaction((transaction) =>
      Promise.all([
        add(1, transaction),
        transaction.query('UPDATE kept SET id = 2'),
        add(1, transaction),
      ]),
    );
    expect(await ids()).toEqual([1, 2]);
  });

  test('nobody sees what a transaction did before it is kept', async () => {
    await empty();
    const [begun, mayEnd] = [deferred(), deferred()];
    const writing = database.transaction(async (transaction) => {
      await add(1, transaction);
      begun.resolve();
      await mayEnd.promise;
    });
    await begun.promise;
    const reading = ids();
    if (kind === 'postgres') expect(await reading).toEqual([]);
    mayEnd.resolve();
    await writing;
    // The embedded one has a single session: the reader waited.
    expect(await reading).toEqual(kind === 'postgres' ? [] : [1]);
  });

  test('a channel is heard from the start until it is left', async () => {
    const heard: string[] = [];
    const stop = await database.listen(
      'a "channel"',
      (payload) => heard.push(payload),
      () => heard.push('gap'),
    );
    const notify = (payload: string): Promise<unknown> =>
      database.query('SELECT pg_notify($1, $2)', ['a "channel"', payload]);
    await notify('first');
    await until(() => heard.length === 2);
    await stop();
    await notify('second');
    await database.query('SELECT 1');
    expect(heard).toEqual(['gap', 'first']);
  });

  test('a database that was closed waited for what ran, and refuses what comes later', async () => {
    const closed = await databases.open();
    const sent = Array.from({ length: 30 }, (_, n) => closed.query('SELECT $1::int AS n', [n]));
    await closed.close();
    expect((await Promise.all(sent)).flat()).toEqual(sent.map((_, n) => ({ n })));
    await closed.close();
    await expect(closed.query('SELECT 1')).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
    await expect(
      closed.listen(
        'any',
        () => {},
        () => {},
      ),
    ).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  });
});
