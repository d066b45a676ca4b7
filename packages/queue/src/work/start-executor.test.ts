import { ContextVariable } from '@waybill/context';
import { parseTraceParent, startTrace, traceContext } from '@waybill/context/w3c';
import { until } from '@waybill/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import type { ExecuteOptions } from '../job-queue.ts';
import { databaseKinds, freshTenant, useOffice } from '../queue-office.fixture.ts';
import { clear, execute, fine, historyOf, jobOf, makeRunner, reached } from './executor.fixture.ts';
import { startExecutor } from './start-executor.ts';

const source = 'export default () => 1';
const region = new ContextVariable<string>({ name: 'test.region', carry: { to: ['queue'] } });
const local = new ContextVariable<string>({ name: 'test.local' });

describe.each(databaseKinds)('an executor on the %s database', (kind) => {
  const office = useOffice(kind);
  afterEach(() => clear(office()));

  test('a job is taken at once and its outcome, notes and moments are kept', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using executor = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant, source, input: new Map([['a', 1n]]) });
    const { attempt, end } = await runner.next();
    expect(attempt).toMatchObject({ jobId: job.id, tenant, attempt: 1, version: undefined });
    expect(attempt.spec).toMatchObject({ tenant, source, input: new Map([['a', 1n]]) });
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({ state: 'running' });
    expect(executor.stats()).toMatchObject({ slots: 10, runningCount: 1 });
    attempt.note('log', { seq: 0, level: 'info', text: 'first' });
    attempt.note('host-call', { name: 'a', side: 'worker', ok: true, tookMs: 1 });
    attempt.note('log', { seq: 1, level: 'info', text: 'last' });
    end.resolve({ ok: true, value: new Date(5) });
    await reached(office(), job.id);
    expect(await jobOf(office(), tenant, job.id)).toMatchObject({
      state: 'succeeded',
      attemptCount: 1,
      outcome: { ok: true, value: new Date(5) },
    });
    const history = await historyOf(office(), job.id);
    expect(history.map((entry) => entry.kind)).toEqual([
      'queued',
      'started',
      'log',
      'host-call',
      'log',
      'settled',
    ]);
    await until(() => executor.stats().settledCount === 1);
  });

  test('notes are written while the attempt runs', async () => {
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run);
    const { job } = await office().submit({ tenant: freshTenant(), source });
    const { attempt, end } = await runner.next();
    attempt.note('log', { seq: 0, level: 'info', text: 'still here' }, 1_000);
    await reached(office(), job.id, 'log');
    expect(end.settled).toBe(false);
    end.resolve(fine);
  });

  test('an attempt sees the stored context with a trace of its own, and nothing of who started or woke the executor', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await local.run('of the starter', () => execute(office(), runner.run));
    const submission = startTrace();
    const { job } = await region.run('north', () =>
      local.run('of the submitter', () =>
        traceContext.run(submission, () => office().submit({ tenant, source })),
      ),
    );
    const { attempt, end } = await runner.next();
    const seen = attempt.context.run(() => ({
      region: region.get(),
      local: local.get(),
      trace: traceContext.get(),
    }));
    expect(seen).toMatchObject({ region: 'north', local: undefined });
    expect(parseTraceParent(attempt.submittedTrace ?? '')).toMatchObject({
      traceId: submission.traceId,
    });
    const own = parseTraceParent(attempt.trace);
    expect(seen.trace).toMatchObject(own ?? {});
    expect(own?.traceId).not.toBe(submission.traceId);
    end.resolve(fine);
    await reached(office(), job.id);
  });

  test('what runs attempts does so in the root context', async () => {
    const seen = Promise.withResolvers<unknown>();
    await using _ = await local.run('of the starter', () =>
      execute(office(), async () => {
        seen.resolve([local.get(), region.get()]);
        return fine;
      }),
    );
    await local.run('of the submitter', () => office().submit({ tenant: freshTenant(), source }));
    expect(await seen.promise).toEqual([undefined, undefined]);
  });

  test.each([
    ['a context', "job_body SET context = replace(context, 'north', 'south')"],
    ['a program', "job_body SET spec = replace(spec, 'default', 'default async')"],
    ['an input', "job_body SET input = replace(input, 'order', 'other')"],
    ['a function', "job SET function_name = 'other'"],
    ['a version', 'job SET function_version = 2'],
  ])(
    '%s that somebody changed in the table ends the job for good, unrun',
    async (_what, change) => {
      const tenant = freshTenant();
      const runner = makeRunner();
      const { job } = await region.run('north', () =>
        office().submit({ tenant, source, input: 'order', retry: { of: 'any' } }),
      );
      const idColumn = change.startsWith('job_body') ? 'job_id' : 'id';
      const forge = `UPDATE waybill.${change} WHERE ${idColumn} = $1`;
      await office().database.query(forge, [job.id]);
      const told: unknown[] = [];
      const onUnopened: ExecuteOptions['onUnopened'] = (attempt, { code }) => {
        told.push({ ...attempt, code });
        throw new Error('in a test');
      };
      const options = { run: runner.run, slots: 1, name: 'one', onUnopened };
      await using _ = await startExecutor(office(), options, { noteMs: 5 });
      await reached(office(), job.id);
      const code = 'ERR_WAYBILL_CONTEXT_UNTRUSTED';
      expect(await jobOf(office(), tenant, job.id)).toMatchObject({
        state: 'failed',
        outcome: { ok: false, error: { code } },
      });
      expect(runner.held).toEqual([]);
      expect(told).toEqual([
        { jobId: job.id, tenant, attempt: 1, submittedTrace: undefined, code },
      ]);
    },
  );

  test('an attempt knows how long it waited since it was due', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    const { job } = await office().submit({ tenant, source });
    const { database } = office();
    const since = "submitted_at - interval '1 hour'";
    await database.query(
      `UPDATE waybill.job SET submitted_at = ${since}, start_after = start_after - interval '5 s' WHERE id = $1`,
      [job.id],
    );
    await using _ = await execute(office(), runner.run);
    const { attempt, end } = await runner.next();
    expect(attempt.waitedMs).toBeGreaterThanOrEqual(5_000);
    expect(attempt.waitedMs).toBeLessThan(600_000);
    end.resolve(fine);
    await reached(office(), job.id);
  });

  test('urgent jobs are taken first', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    for (const priority of [0, -5, 9]) await office().submit({ tenant, source, priority });
    await using _ = await execute(office(), runner.run, { slots: 1 });
    for (const priority of [9, 0, -5]) {
      const { attempt, end } = await runner.next();
      expect(attempt.spec.priority).toBe(priority);
      end.resolve(fine);
    }
  });

  test('a job for later waits for its time', async () => {
    const tenant = freshTenant();
    const runner = makeRunner();
    await using _ = await execute(office(), runner.run, { pollMs: 20 });
    const startAfterMs = Date.now() + 300;
    const { job } = await office().submit({ tenant, source, startAfterMs });
    const { end } = await runner.next();
    expect(Date.now()).toBeGreaterThanOrEqual(startAfterMs);
    end.resolve(fine);
    await reached(office(), job.id);
  });

  test('a slot that becomes free is used again, and never more are used than there are', async () => {
    const tenant = freshTenant();
    let runningCount = 0;
    let mostCount = 0;
    let doneCount = 0;
    await using _ = await execute(
      office(),
      async () => {
        runningCount += 1;
        mostCount = Math.max(mostCount, runningCount);
        await new Promise((resolve) => setImmediate(resolve));
        runningCount -= 1;
        doneCount += 1;
        return fine;
      },
      { slots: 3 },
    );
    await Promise.all(Array.from({ length: 40 }, () => office().submit({ tenant, source })));
    await until(() => doneCount === 40);
    expect(mostCount).toBe(3);
  });

  test('slots that are no whole number from 1 to 1000 are refused', async () => {
    for (const slots of [0, 1.5, 1_001]) {
      await expect(execute(office(), async () => fine, { slots })).rejects.toMatchObject({
        code: 'ERR_WAYBILL_INVALID_OPTIONS',
      });
    }
  });
});
