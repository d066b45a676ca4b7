import { deferred, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { freshTenant, useOffice } from '../queue-office.fixture.ts';
import { insertJobs } from './insert-jobs.ts';
import { prepareJob } from './prepare-job.ts';

// The embedded database runs one transaction after the other.
const office = useOffice('postgres');

test.each([
  ['gives its job once it has', true],
  ['makes a job of its own once it has not', false],
])('a repeated key waits while the first still commits, and %s', async (_, doesCommit) => {
  const { database, engine } = office();
  const spec = { tenant: freshTenant(), source: '1', idempotencyKey: 'one' };
  const first = await prepareJob(office(), spec);
  const inserted = deferred<undefined>();
  const committing = deferred<undefined>();
  const earlier = database.transaction(async (transaction) => {
    // As if its commit came later.
    await insertJobs({ ...transaction, last: transaction }, engine, [first]);
    inserted.resolve(undefined);
    await committing.promise;
    if (!doesCommit) throw new Error('rolled back');
  });
  await inserted.promise;
  const later = office().submit(spec);
  const selectWaiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'transactionid'";
  await until(async () => (await database.query(selectWaiting)).length > 0);
  committing.resolve(undefined);
  await earlier.catch((error: Error) => expect(error.message).toBe('rolled back'));
  const { job, isNew } = await later;
  expect(isNew).toBe(!doesCommit);
  expect(job.id === first.id).toBe(doesCommit);
});
