import { inspect } from 'node:util';
import { leakCheck, startPostgres, until, type PostgresServer } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const unavailable = { code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' };

test('an open database works again by itself after the server was killed, and hears again', async () => {
  await using database = await openPostgres({ url: server.url, maxConnections: 3 });
  const heard: string[] = [];
  await database.listen(
    'any',
    (payload) => heard.push(payload),
    () => heard.push('gap'),
  );
  // Several connections at once, so that more than one is dead afterwards: each statement takes long enough to need its own.
  await Promise.all([1, 2, 3].map(() => database.query('SELECT pg_sleep(0.01)')));
  const inside = database.transaction(async (transaction) => {
    await transaction.query('SELECT 1');
    await server.kill();
    await transaction.query('SELECT 1');
  });
  await expect(inside).rejects.toMatchObject(unavailable);
  await expect(database.query('SELECT 1')).rejects.toMatchObject(unavailable);
  await expect(
    database.listen(
      'other',
      () => {},
      () => {},
    ),
  ).rejects.toMatchObject(unavailable);
  await server.restart();
  for (let time = 0; time < 4; time++) {
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  }
  await until(() => heard.length === 2, { limitMs: 10_000 });
  await database.query("SELECT pg_notify('any', 'after')");
  await until(() => heard.length === 3);
  expect(heard).toEqual(['gap', 'gap', 'after']);
});

test('a statement that takes too long is given up, and its connection with it', async () => {
  await using database = await openPostgres({
    url: server.url,
    maxConnections: 2,
    statementTimeoutMs: 200,
  });
  await expect(database.query('SELECT pg_sleep(2)')).rejects.toMatchObject(unavailable);
  expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

test('a step of a migration may take longer than a statement', async () => {
  await using database = await openPostgres({
    url: await server.createDatabase(),
    maxConnections: 2,
    statementTimeoutMs: 200,
  });
  const slow = { version: 1, sql: 'CREATE TABLE slow (id int); SELECT pg_sleep(0.5)' };
  await Promise.all([migrate(database, 'slow', [slow]), migrate(database, 'slow', [slow])]);
  expect(await database.query('SELECT * FROM slow')).toEqual([]);
});

test('nothing is kept prepared where that was switched off', async () => {
  await using database = await openPostgres({
    url: server.url,
    maxConnections: 2,
    preparedStatements: false,
  });
  expect(await database.query('SELECT $1::int AS n', [1])).toEqual([{ n: 1 }]);
  expect(await database.query('SELECT name FROM pg_prepared_statements')).toEqual([]);
});

test('nothing is left of a database that was closed or could not be opened', async () => {
  await using _leaks = leakCheck();
  await using database = await openPostgres({ url: server.url });
  await database.listen(
    'any',
    () => {},
    () => {},
  );
  await Promise.all([database.query('SELECT 1'), database.query('SELECT 1')]);
  await expect(openPostgres({ url: `${server.url}/nowhere` })).rejects.toMatchObject(unavailable);
});

test.each([0, 1, 2.5])(
  '%d connections are too few, because opening a queue takes two',
  async (maxConnections) => {
    await expect(openPostgres({ url: server.url, maxConnections })).rejects.toMatchObject({
      code: 'ERR_WAYBILL_INVALID_OPTIONS',
    });
  },
);

test('the password is in no error, whatever it is about', async () => {
  const [user, rest] = ['postgres:very-secret', new URL(server.url).search];
  const urls = [
    `postgres://${user}@localhost/no-such-database${rest}`,
    `postgres://nobody:very-secret@localhost/postgres${rest}`,
    `postgres://${user}@localhost:1/postgres`,
    `postgres://${user}@no-such-host.invalid/postgres`,
    `postgres://${user}@localhost:port/postgres`,
    `postgres://${user}@local host:99999/postgres`,
    `mysql://${user}@localhost/postgres`,
    `${user}@localhost`,
  ];
  for (const url of urls) {
    const error: unknown = await openPostgres({ url }).then(
      () => 'it was opened',
      (reason: unknown) => reason,
    );
    expect(String(error), url).toMatch(/ERR_WAYBILL_(?:DATABASE_UNAVAILABLE|INVALID_OPTIONS)/);
    const all = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
    expect(all, url).not.toContain('very-secret');
  }
  await using database = await openPostgres({
    url: server.url.replace('not-asked-for', 'very-secret'),
  });
  expect(inspect(await lostError(database), { depth: Infinity, showHidden: true })).not.toContain(
    'very-secret',
  );
});

async function lostError(database: Database): Promise<unknown> {
  await server.kill();
  const error: unknown = await database.query('SELECT 1').catch((reason: unknown) => reason);
  await server.restart();
  expect(error).toMatchObject(unavailable);
  return error;
}
