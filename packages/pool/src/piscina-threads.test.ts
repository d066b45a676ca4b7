import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { makeMessage, poolOptions } from './open-pool.fixture.ts';
import { PiscinaThreads } from './piscina-threads.ts';

test('an attempt for a thread that is not there fails at once, and holds nobody up', async () => {
  await using _leaks = leakCheck();
  const joined = Promise.withResolvers<number>();
  const threads = new PiscinaThreads(
    {
      threads: 1,
      attemptsPerThread: 2,
      options: {
        engine: { kind: 'isolate' },
        isolates: { ...poolOptions.isolates, preparedPerThread: 0 },
        memoryBytes: poolOptions.memoryBytes,
        runningIsolates: 1,
        submitterFunctions: [],
        hostModuleUrl: undefined,
      },
    },
    {
      joined: ({ threadId, port }) => {
        port.close();
        joined.resolve(threadId);
      },
      failing: () => {},
      failed: joined.reject,
    },
  );
  const threadId = await joined.promise;
  await expect(threads.run(-1, makeMessage('export default () => 1'))).rejects.toMatchObject({
    code: 'ERR_WAYBILL_WORKER_EXITED',
    details: { threadId: -1 },
    retryable: true,
  });
  const wrong = makeMessage('export default (');
  expect((await threads.run(threadId, wrong)).settlement.ok).toBe(false);
  await threads.end();
});
