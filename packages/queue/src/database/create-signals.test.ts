import { ContextVariable } from '@waybill/context';
import { leakCheck, startPostgres, until, type PostgresServer } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSignals } from './create-signals.ts';
import { openTestEmbedded } from './database.fixture.ts';
import type { Database } from './database.ts';
import { openPostgres } from './open-postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const unexpected = (error: unknown): void => {
  throw error;
};

/** Counts what is sent, on the way to a real database. */
function counted(database: Database): Database & { readonly texts: string[] } {
  const texts: string[] = [];
  return {
    ...database,
    texts,
    query: (text, values) => {
      texts.push(text);
      return database.query(text, values);
    },
  };
}

test('a process hears itself at once and the others hear it soon, many keys in one statement', async () => {
  await using database = await openPostgres({ url: server.url });
  const sending = counted(database);
  await using here = await createSignals(sending, { onError: unexpected });
  await using there = await createSignals(database, { onError: unexpected });
  const heardHere: unknown[] = [];
  const heardThere: unknown[] = [];
  here.on('history', (keys) => heardHere.push(keys));
  there.on('history', (keys) => heardThere.push(keys));
  there.on('ready', (keys) => heardThere.push(['ready', keys]));
  for (const key of ['a', 'b', 'a']) here.tell('history', key);
  here.tell('ready', '');
  expect(heardHere).toEqual([new Set('a'), new Set('b'), new Set('a')]);
  await until(() => heardThere.length === 2);
  expect(heardThere).toEqual([new Set('ab'), ['ready', new Set([''])]]);
  expect(sending.texts).toHaveLength(1);
  // Its own comes back to it as well, before the answer to this.
  there.tell('history', 'c');
  await until(() => heardHere.length === 4);
  expect(heardHere[3]).toEqual(new Set('c'));
});

test('more keys than a message holds, and a message of somebody else, mean to look at all', async () => {
  await using database = await openPostgres({ url: server.url });
  await using here = await createSignals(database, { onError: unexpected });
  await using there = await createSignals(database, { onError: unexpected });
  const heard: unknown[] = [];
  there.on('cancel', (keys) => heard.push(keys));
  for (let index = 0; index < 300; index++)
    here.tell('cancel', `a key that is rather long ${index}`);
  await until(() => heard.length === 1);
  await database.query("SELECT pg_notify('waybill_cancel', 'hello')");
  await until(() => heard.length === 2);
  expect(heard).toEqual(['*', '*']);
});

test('after the server was away everybody looks at all, and what could not be told is reported', async () => {
  await using database = await openPostgres({ url: server.url });
  const errors: unknown[] = [];
  await using signals = await createSignals(database, { onError: (error) => errors.push(error) });
  const heard: unknown[] = [];
  signals.on('functions', (keys) => heard.push(keys));
  await server.kill();
  signals.tell('functions', 'acme');
  await until(() => errors.length === 1);
  expect(errors).toMatchObject([{ code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE' }]);
  await server.restart();
  await until(() => heard.length === 2, { limitMs: 10_000 });
  expect(heard).toEqual([new Set(['acme']), '*']);
});

test('what was told last is sent before the signals end', async () => {
  await using database = await openPostgres({ url: server.url });
  await using there = await createSignals(database, { onError: unexpected });
  const heard: unknown[] = [];
  there.on('ready', (keys) => heard.push(keys));
  {
    await using here = await createSignals(database, { onError: unexpected });
    here.tell('ready', '');
  }
  await until(() => heard.length === 1);
});

test('on the embedded database listeners are told in the root context until they leave, and one that throws stops nobody', async () => {
  await using made = await openTestEmbedded();
  await using _leaks = leakCheck();
  const tenant = new ContextVariable<string>({ name: 'tenant' });
  const errors: unknown[] = [];
  await using signals = await createSignals(made.database, {
    onError: (error) => errors.push(error),
  });
  const heard: unknown[] = [];
  const failure = new Error('the first listener');
  signals.on('ready', () => {
    throw failure;
  });
  const stop = signals.on('ready', (keys) => heard.push([keys, tenant.get()]));
  tenant.run('acme', () => signals.tell('ready', 'x'));
  stop();
  signals.tell('ready', 'y');
  expect(heard).toEqual([[new Set('x'), undefined]]);
  expect(errors).toEqual([failure, failure]);
});
