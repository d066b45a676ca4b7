import { ContextVariable } from '@waybill/context';
import type { DurableJob } from '@waybill/protocol';
import { leakCheck } from '@waybill/testkit';
import { describe, expect, test } from 'vitest';
import { openTestEmbedded } from './database/database.fixture.ts';
import type { ExecuteOptions, JobQueue } from './job-queue.ts';
import { openQueue } from './open-queue.ts';

const source = 'export default () => 1';
const contextKeys = ['a key that is long enough for the tests'] as const;
const user = new ContextVariable<string>({ name: 'test.user', carry: { to: ['queue'] } });

const echo: ExecuteOptions = {
  slots: 4,
  run: async ({ spec, context }) => ({
    ok: true,
    value: [spec.input, context.run(() => user.get())],
  }),
};

async function settled(
  queue: JobQueue,
  { tenant, id }: DurableJob,
): Promise<DurableJob | undefined> {
  const entries = queue.history(tenant, id);
  for await (const { kind } of entries) if (kind === 'settled') break;
  return queue.find(tenant, id);
}

describe('a queue on the embedded database', () => {
  test('runs what is submitted in the carried context, and finds it again after it was opened anew', async () => {
    await using _leaks = leakCheck();
    await using embedded = await openTestEmbedded();
    const { database } = embedded;
    let job: DurableJob;
    {
      await using queue = await openQueue({ database, contextKeys });
      ({ job } = await user.run('ada', () => queue.submit({ tenant: 'acme', source, input: 1 })));
    }
    await using queue = await openQueue({ database, contextKeys });
    await queue.execute(echo);
    const end = await settled(queue, job);
    expect(end).toMatchObject({ state: 'succeeded', attemptCount: 1 });
    expect(end?.outcome).toMatchObject({ ok: true, value: [1, 'ada'] });
    expect((await queue.list({ tenant: 'acme' })).items).toEqual([{ ...end, outcome: undefined }]);
    expect(await queue.counts()).toEqual({ queuedCount: 0, runningCount: 0, oldestReadyMs: 0 });
    await expect(queue.cancel('acme', job.id)).rejects.toMatchObject({
      code: 'ERR_WAYBILL_JOB_STATE',
    });
  });

  test('a closed queue refuses with ERR_WAYBILL_CLOSED what it would have to do, and still reads', async () => {
    await using embedded = await openTestEmbedded();
    const queue = await openQueue({ database: embedded.database, contextKeys });
    const { job } = await queue.submit({ tenant: 'acme', source });
    await Promise.all([queue.close(), queue.close()]);
    const code = 'ERR_WAYBILL_CLOSED';
    await expect(queue.submit({ tenant: 'acme', source })).rejects.toMatchObject({ code });
    await expect(queue.execute(echo)).rejects.toMatchObject({ code });
    await expect(queue.cancel('acme', job.id)).rejects.toMatchObject({ code });
    await expect(queue.redrive('acme', job.id)).rejects.toMatchObject({ code });
    expect(await queue.find('acme', job.id)).toEqual(job);
  });
});
