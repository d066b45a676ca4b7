import { makeError } from '@waybill/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { makeContextSeal } from '../accept/seal.ts';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import { clear, execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';

const source = 'export default () => 1';

describe.each(databaseKinds)('attempts that did not begin on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  test('what the pool behind the executor refuses runs a moment later, and uses none of its retries', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using executor = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source, retry: { limit: 0 } });
    const first = await runner.next();
    first.end.resolve({ ok: false, error: makeError('ERR_WAYBILL_QUEUE_FULL', 'in a test') });
    const second = await runner.next();
    expect(second.attempt).toMatchObject({ jobId: job.id, attempt: 2 });
    second.end.resolve(fine);
    await reached(office(), job.id);
    const history = await historyOf(office(), job.id);
    expect(history[2]).toEqual({ kind: 'returned', facts: { attempt: 1, reason: 'handed back' } });
    expect(executor.stats()).toMatchObject({ retriedCount: 0, lostCount: 0 });
  });

  test('a job whose context is sealed with a key that is not here waits for one who has it', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    const seal = makeContextSeal(['another key that is long enough for it']);
    await using _ = await execute({ ...office(), seal }, runner.run);
    const { job } = await office().submit({ tenant, source, retry: { limit: 0 } });
    await reached(office(), job.id, 'returned');
    const waiting = await jobOf(office(), tenant, job.id);
    expect(waiting).toMatchObject({ state: 'queued', attemptCount: 1 });
    expect(waiting?.startAfterMs).toBeGreaterThan(Date.now() + 5_000);
    expect(runner.held).toEqual([]);
    expect(String(office().errors[0])).toContain('which is not here');
  });
});
