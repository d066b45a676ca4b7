import { expect, test } from 'vitest';
import { openTestEmbedded } from '../database/database.fixture.ts';
import { createEngine } from './pg-boss-engine.ts';
import { trimEngine } from './trim-engine.ts';

const failOn = (error: unknown): never => {
  throw error;
};

test('where somebody else has queues in the tables of pg-boss, they keep what those rest on', async () => {
  await using opened = await openTestEmbedded();
  const { database } = opened;
  await using _engine = await createEngine(database, { onError: failOn });
  const theirIndexes = async (): Promise<readonly object[]> =>
    database.query("SELECT FROM pg_indexes WHERE indexname = 'job_common_i15'");
  await database.script(`
    SELECT pgboss.create_queue('theirs', '{"policy":"standard"}');
    CREATE INDEX job_common_i15 ON pgboss.job_common (name, created_on)`);
  await trimEngine(database);
  expect(await theirIndexes()).toHaveLength(1);
  await database.script("DELETE FROM pgboss.queue WHERE name = 'theirs'");
  await trimEngine(database);
  expect(await theirIndexes()).toHaveLength(0);
});
