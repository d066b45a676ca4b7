import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import type { NewJob } from './new-job.ts';
import { makeQueuedGauge } from './queued-gauge.ts';
import { type BatchOffice, writeBatch } from './write-batch.ts';

test('while the database is away all of a batch fail with that, are not split, and do not count as waiting', async () => {
  const away = makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'away');
  let transactionCount = 0;
  const database = {
    query: async () => [{ name: 'acme', count: 0 }],
    async transaction() {
      transactionCount += 1;
      throw away;
    },
  } as unknown as Database;
  const gauge = makeQueuedGauge(database, { maxCount: 10, now: () => 0 });
  const jobs = ['a', 'b', 'c'].map((id) => ({ id, tenant: 'acme' }) as NewJob);
  await expect(writeBatch({ database, gauge } as BatchOffice, jobs)).rejects.toBe(away);
  expect(transactionCount).toBe(1);
  expect(gauge.queuedCount('acme')).toBe(0);
});
