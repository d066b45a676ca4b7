import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Migration } from '../schema/migrations.ts';
import { databaseKinds, testDatabases, type TestDatabases } from './database.fixture.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';

const [first, second, third] = [
  { version: 1, sql: 'CREATE TABLE name (whole text); CREATE INDEX by_name ON name (whole)' },
  {
    version: 2,
    sql: `ALTER TABLE name ADD COLUMN given text, ADD COLUMN family text;
      UPDATE name SET given = split_part(whole, ' ', 1), family = split_part(whole, ' ', 2);`,
  },
  { version: 3, sql: 'ALTER TABLE name DROP COLUMN whole' },
] as const satisfies readonly Migration[];

describe.each(databaseKinds)('%s', (kind) => {
  let databases: TestDatabases;
  let database: Database;
  beforeAll(async () => {
    databases = await testDatabases(kind);
    database = await databases.open();
  });
  afterAll(() => databases[Symbol.asyncDispose]());
  beforeEach(() =>
    database.script('DROP SCHEMA IF EXISTS waybill CASCADE; DROP TABLE IF EXISTS name, other'),
  );

  const versions = async (): Promise<unknown[]> => {
    const rows = await database.query<{ version: number }>(
      `SELECT version FROM waybill.migration WHERE component = 'names' ORDER BY version`,
    );
    return rows.map(({ version }) => version);
  };
  const names = (): Promise<readonly object[]> => database.query('SELECT * FROM name');

  test('an empty database gets all steps, once', async () => {
    await migrate(database, 'names', [first, second, third]);
    await migrate(database, 'names', [first, second, third]);
    expect(await versions()).toEqual([1, 2, 3]);
    expect(await names()).toEqual([]);
  });

  test('an older database gets the steps that it lacks, and keeps what was in it', async () => {
    await migrate(database, 'names', [first]);
    await database.query(`INSERT INTO name (whole) VALUES ('Ada Lovelace')`);
    await migrate(database, 'names', [first, second]);
    const changed = { given: 'Ada', family: 'Lovelace' };
    expect(await names()).toEqual([{ whole: 'Ada Lovelace', ...changed }]);
    await migrate(database, 'names', [first, second, third]);
    expect(await names()).toEqual([changed]);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  test('a step that fails leaves nothing, and those before it stay', async () => {
    const broken = { version: 2, sql: 'CREATE TABLE other (id int); SELECT 1 / 0' };
    await expect(migrate(database, 'names', [first, broken])).rejects.toMatchObject({
      code: '22012',
    });
    expect(await versions()).toEqual([1]);
    await expect(database.query('SELECT * FROM other')).rejects.toMatchObject({ code: '42P01' });
    await migrate(database, 'names', [first, second]);
    expect(await versions()).toEqual([1, 2]);
  });

  test('a database that is newer than the program is refused and not touched', async () => {
    await migrate(database, 'names', [first, second, third]);
    await expect(migrate(database, 'names', [first, second])).rejects.toMatchObject({
      code: 'ERR_WAYBILL_DATABASE_TOO_NEW',
      details: { component: 'names', version: 3, known: 2 },
    });
  });

  test('components have versions of their own', async () => {
    await migrate(database, 'names', [first, second, third]);
    await migrate(database, 'others', [{ version: 1, sql: 'CREATE TABLE other (id int)' }]);
    expect(await database.query('SELECT * FROM other')).toEqual([]);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  test('programs that start at once share the work', async () => {
    const start = (): Promise<void> => migrate(database, 'names', [first, second, third]);
    await Promise.all([start(), start(), start(), start()]);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  test('steps that are out of turn are refused', async () => {
    await expect(migrate(database, 'names', [first, third])).rejects.toMatchObject({
      code: 'ERR_WAYBILL_INTERNAL',
    });
  });
});
