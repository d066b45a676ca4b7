import { ContextVariable } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import { cancelJob } from '../tables/cancel-job.ts';
import { clear, execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';

const source = 'export default () => 1';
const region = new ContextVariable<string>({ name: 'ends.region', carry: { to: ['queue'] } });

describe.each(databaseKinds)('how attempts end on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  test('a failure that may pass is tried again after its delay, as often as the policy says', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using executor = await execute(office(), runner.run);
    const retry = { limit: 1, delaySeconds: 1, backoff: 'fixed' } as const;
    const { job } = await office().submit({ tenant, source, retry });
    const exited = makeError('ERR_WAYBILL_PROCESS_EXITED', 'in a test');
    const first = await runner.next();
    const failedMs = performance.now();
    first.end.resolve({ ok: false, error: exited });
    await reached(office(), job.id, 'retrying');
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'queued',
      attemptCount: 1,
    });
    const second = await runner.next();
    expect(performance.now() - failedMs).toBeGreaterThan(900);
    expect(second.attempt.attempt).toBe(2);
    second.end.resolve({ ok: false, error: exited });
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'failed',
      attemptCount: 2,
      outcome: { ok: false, error: { code: 'ERR_WAYBILL_PROCESS_EXITED' } },
    });
    await until(() => executor.stats().settledCount === 1);
    expect(executor.stats().retriedCount).toBe(1);
  });

  test('what the caller has to change is not tried again, whatever the policy', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source, retry: { of: 'any' } });
    const { end } = await runner.next();
    end.resolve({ ok: false, error: makeError('ERR_WAYBILL_INVALID_JOB', 'in a test') });
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'failed' });
  });

  test('what a run rejects with is a failure of the host', async () => {
    const tenant = freshTenant();
    await using _ = await execute(office(), () => Promise.reject(new Error('in a test')));
    const { job } = await office().submit({ tenant, source, retry: { limit: 0 } });
    await reached(office(), job.id);
    const outcome = { ok: false, error: { code: 'ERR_WAYBILL_INTERNAL' } };
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'failed', outcome });
  });

  test('a job that failed for good is given to its dead letter function, once, in its own context', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await office().functions.put({ tenant, name: 'on-failure', source });
    await using _ = await execute(office(), runner.run);
    const { job } = await region.run('north', () =>
      office().submit({ tenant, source, input: { order: 7 }, deadLetter: 'on-failure' }),
    );
    const failing = await runner.next();
    failing.end.resolve({ ok: false, error: makeError('ERR_WAYBILL_GUEST_THREW', 'in a test') });
    const letter = await runner.next();
    expect(letter.attempt.spec).toMatchObject({
      function: 'on-failure',
      input: {
        id: job.id,
        state: 'failed',
        attemptCount: 1,
        outcome: { ok: false, error: { code: 'ERR_WAYBILL_GUEST_THREW' } },
        input: { order: 7 },
      },
    });
    expect(letter.attempt.context.run(() => region.get())).toBe('north');
    letter.end.resolve({ ok: false, error: makeError('ERR_WAYBILL_GUEST_THREW', 'in a test') });
    await reached(office(), letter.attempt.jobId);
    expect(runner.held).toHaveLength(2);
  });

  test('a job whose dead letter function is gone fails all the same', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await office().functions.put({ tenant, name: 'on-failure', source });
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source, deadLetter: 'on-failure' });
    await office().functions.remove(tenant, 'on-failure');
    const { end } = await runner.next();
    end.resolve({ ok: false, error: makeError('ERR_WAYBILL_GUEST_THREW', 'in a test') });
    await reached(office(), job.id);
    expect(office().errors.splice(0)).toMatchObject([{ code: 'ERR_WAYBILL_FUNCTION_NOT_FOUND' }]);
  });

  test('a running job whose end is asked for is told at once, and is cancelled when its attempt has ended', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source });
    const { attempt, end } = await runner.next();
    await cancelJob(office(), { tenant, jobId: job.id, reason: 'not needed' });
    await until(() => attempt.signal.aborted);
    expect(attempt.signal.reason).toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
    end.resolve({ ok: false, error: makeError('ERR_WAYBILL_GUEST_THREW', 'took it badly') });
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'cancelled',
      isCancelAsked: true,
      outcome: { ok: false, error: { code: 'ERR_WAYBILL_CANCELLED' } },
    });
  });

  test('a job that succeeds although its end was asked for succeeded', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source });
    const { attempt, end } = await runner.next();
    await cancelJob(office(), { tenant, jobId: job.id, reason: undefined });
    await until(() => attempt.signal.aborted);
    end.resolve(fine);
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'succeeded' });
  });

  test('a closing executor takes no more, waits for what runs and hands back the rest', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    const executor = await execute(office(), runner.run);
    const jobs = [
      await office().submit({ tenant, source }),
      await office().submit({ tenant, source }),
    ];
    const [quick, slow] = [await runner.next(), await runner.next()];
    const closing = executor.close({ graceMs: 20_000 });
    await office().submit({ tenant, source });
    quick.end.resolve(fine);
    await reached(office(), quick.attempt.jobId);
    await executor.close({ graceMs: 0 });
    await closing;
    expect(slow.attempt.signal.reason).toMatchObject({ code: 'ERR_WAYBILL_LEASE_LOST' });
    slow.end.resolve(fine);
    expect(jobs.map(({ job }) => job.id)).toContain(slow.attempt.jobId);
    expect(await jobOf(office(), tenant, slow.attempt.jobId)).toMatchObject({ state: 'queued' });
    const history = await historyOf(office(), slow.attempt.jobId);
    expect(history.at(-1)).toEqual({
      kind: 'returned',
      facts: { attempt: 1, reason: 'handed back' },
    });
    expect(runner.held).toHaveLength(2);
    await using _ = await execute(office(), async () => fine);
    await reached(office(), slow.attempt.jobId);
    const rows = await office().database.query('SELECT name FROM waybill.executor');
    expect(rows).toHaveLength(1);
  });
});
