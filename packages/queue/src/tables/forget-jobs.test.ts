import { expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../database/database.ts';
import { freshTenant, useOffice } from '../queue-office.fixture.ts';
import { findJob } from '../read/find-job.ts';
import { cancelJob } from './cancel-job.ts';
import { forgetJobs, startForgetting } from './forget-jobs.ts';

const source = 'export default () => 1';

const office = useOffice('postgres');

test('settled jobs are forgotten with their histories once they were kept long enough, and no others', async () => {
  const tenant = freshTenant();
  const [old, young, waiting] = await Promise.all(
    ['old', 'young', 'waiting'].map(async (idempotencyKey) => {
      const { job } = await office().submit({ tenant, source, idempotencyKey });
      return job;
    }),
  );
  if (!old || !young || !waiting) throw new Error('expected three jobs');
  for (const { id } of [old, young]) {
    await cancelJob(office(), { tenant, jobId: id, reason: undefined });
  }
  const age = "UPDATE waybill.job SET forget_at = now() - interval '1 s' WHERE id = $1";
  await office().database.query(age, [old.id]);
  expect(await forgetJobs(office().database)).toBe(1);
  expect(await forgetJobs(office().database)).toBe(0);
  const found = [old, young, waiting].map(({ id }) => findJob(office().database, tenant, id));
  expect((await Promise.all(found)).map((job) => job?.state)).toEqual([
    undefined,
    'cancelled',
    'queued',
  ]);
  const entries = await office().database.query('SELECT FROM waybill.history WHERE job_id = $1', [
    old.id,
  ]);
  expect(entries).toEqual([]);
  expect(await office().submit({ tenant, source, idempotencyKey: 'old' })).toMatchObject({
    isNew: true,
  });
});

test('many jobs are forgotten in batches', async () => {
  const insert = `INSERT INTO waybill.job (id, tenant, state, priority, keep_seconds, forget_at)
    SELECT gen_random_uuid(), 'many', 'failed', 0, 60, now() FROM generate_series(1, 2500)`;
  await office().database.query(insert);
  expect(await forgetJobs(office().database)).toBe(2_500);
});

test('jobs are forgotten every minute until it is disposed, also after the database was away', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const errors: unknown[] = [];
  let lookCount = 0;
  const query = async (): Promise<readonly object[]> => {
    lookCount += 1;
    if (lookCount === 1) throw new Error('down');
    return [];
  };
  const forgetting = startForgetting({
    database: { query } as unknown as Database,
    onError: (error) => void errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(120_000);
  // Three statements a minute, the first of which failed.
  expect([lookCount, errors.length]).toEqual([6, 1]);
  await forgetting[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(lookCount).toBe(6);
});
