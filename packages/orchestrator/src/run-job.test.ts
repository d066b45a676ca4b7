import { ContextVariable } from '@waybill/context';
import { errorToWire, makeError, readParcel } from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { type TestOffice, openOffice, reportOf } from './office.fixture.ts';
import { runJob } from './run-job.ts';
import type { RunOptions } from './run-options.ts';

const tenant = new ContextVariable<string>({ name: 'run-job.tenant', carry: { to: ['worker'] } });
const source = 'export default () => 1';

const start = (
  { office }: TestOffice,
  options: RunOptions & { input?: unknown; id?: string } = {},
) =>
  runJob(
    office,
    { source, input: options.input, id: options.id },
    { ...options, site: { stack: 'the place of submission' } },
  );
const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');

test('a job goes to a thread with what it needs, and its report becomes the outcome', async () => {
  await using opened = openOffice(1);
  const running = tenant.run('acme', () => start(opened, { id: 'one', input: { n: 1 } }));
  await until(() => opened.attempts.length === 1);
  const [attempt] = opened.attempts;
  expect(attempt?.message).toMatchObject({
    jobId: 'one',
    tenant: 'default',
    context: { v: 1, entries: [['run-job.tenant', '"acme"']] },
  });
  expect(attempt && readParcel(attempt.message.input)).toEqual({ n: 1 });
  attempt?.report.resolve(reportOf('done'));
  expect(await running).toMatchObject({
    ok: true,
    jobId: 'one',
    value: 'done',
    bill: { cpuMs: 1, heapBytes: 2, hostCalls: 3, hostWaitMs: 4, logBytes: 5 },
  });
  expect([opened.office.tickets.size, opened.leasedCount]).toEqual([0, 0]);
});

test('a thread that says it began before it could, or has yet to, changes no time of the bill', async () => {
  await using opened = openOffice(1);
  for (const [index, startedMs] of [-1e308, 1e308].entries()) {
    const running = start(opened);
    await until(() => opened.attempts.length === index + 1);
    const report = reportOf(1);
    opened.attempts.at(-1)?.report.resolve({ ...report, usage: { ...report.usage, startedMs } });
    const { bill } = await running;
    for (const ms of [bill.queueMs, bill.wallMs]) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(10_000);
    }
  }
});

test('the id of a job is free again as soon as its outcome is there', async () => {
  await using opened = openOffice(2);
  const first = start(opened, { id: 'same' });
  await expect(start(opened, { id: 'same' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_DUPLICATE_JOB',
  });
  opened.attempts[0]?.report.resolve(reportOf(1));
  await first;
  const second = start(opened, { id: 'same' });
  await until(() => opened.attempts.length === 2);
  opened.attempts[1]?.report.resolve(reportOf(2));
  expect(await second).toMatchObject({ value: 2 });
});

test('a job whose signal has aborted already never starts', async () => {
  await using opened = openOffice(1);
  const outcome = await start(opened, { signal: AbortSignal.abort(new Error('gone')) });
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_CANCELLED', cause: { message: 'gone' } },
    bill: { wallMs: expect.any(Number), cpuMs: 0 },
  });
  expect([opened.attempts.length, opened.leasedCount]).toEqual([0, 0]);
});

test('a job that is given up in the moment it has its place never starts', async () => {
  await using opened = openOffice(1);
  const running = start(opened, { id: 'one' });
  opened.office.tickets.get('one')?.stop(cancelled);
  expect(await running).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CANCELLED' } });
  expect([opened.attempts.length, opened.leasedCount]).toEqual([0, 0]);
});

test('a job that is given up while it waits leaves the queue', async () => {
  await using opened = openOffice(0);
  const running = start(opened, { id: 'one' });
  expect(opened.office.turnstile.queuedCount).toBe(1);
  opened.office.tickets.get('one')?.stop(cancelled);
  expect(await running).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CANCELLED' } });
  expect(opened.office.turnstile.queuedCount).toBe(0);
});

test('a job that runs is stopped by its thread, which settles it', async () => {
  await using opened = openOffice(1);
  const running = start(opened, { id: 'one' });
  await until(() => opened.attempts.length === 1);
  opened.office.tickets.get('one')?.stop(cancelled);
  const [attempt] = opened.attempts;
  expect(opened.cancelled).toEqual([`${attempt?.message.attemptId} ERR_WAYBILL_CANCELLED`]);
  const settlement = { ok: false, error: errorToWire(cancelled) } as const;
  attempt?.report.resolve({ ...reportOf(0), settlement });
  expect(await running).toMatchObject({
    ok: false,
    error: {
      code: 'ERR_WAYBILL_CANCELLED',
      stackOf: { submitter: 'the place of submission' },
    },
    bill: { cpuMs: 1 },
  });
});

test('a job whose thread is lost says so, and how long it had run', async () => {
  await using opened = openOffice(1);
  const running = start(opened);
  await until(() => opened.attempts.length === 1);
  const begunMs = performance.now();
  await until(() => performance.now() - begunMs > 5);
  opened.attempts[0]?.host.hostCalling();
  opened.attempts[0]?.report.reject(makeError('ERR_WAYBILL_WORKER_EXITED', 'it is gone'));
  const outcome = await running;
  expect(outcome).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_WORKER_EXITED' } });
  expect(outcome.bill.wallMs).toBeGreaterThan(5);
  expect(opened.leasedCount).toBe(0);
});

test('a job that is abandoned settles at once; its place is free when its thread reports', async () => {
  await using opened = openOffice(1);
  const lines: string[] = [];
  const running = start(opened, { id: 'one', onLog: ({ text }) => void lines.push(text) });
  await until(() => opened.attempts.length === 1);
  opened.office.tickets.get('one')?.abandon(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
  expect(await running).toMatchObject({ ok: false, error: { code: 'ERR_WAYBILL_CLOSED' } });
  expect(opened.leasedCount).toBe(1);
  const [attempt] = opened.attempts;
  attempt?.host.logged({ seq: 0, atMs: 0, level: 'log', text: 'too late' });
  attempt?.report.resolve(reportOf('too late'));
  await until(() => opened.leasedCount === 0);
  expect(lines).toEqual([]);
});

test('a host call after the job has settled is refused', async () => {
  await using opened = openOffice(1);
  const running = start(opened);
  await until(() => opened.attempts.length === 1);
  opened.attempts[0]?.report.resolve(reportOf(1));
  await running;
  expect(() =>
    opened.attempts[0]?.host.hostCall('now', { text: '', bytes: '' }, () =>
      Promise.reject(cancelled),
    ),
  ).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_REVOKED' }));
});

test('a result that cannot be read is an error of the guest and not an exception', async () => {
  await using opened = openOffice(1);
  const running = start(opened);
  await until(() => opened.attempts.length === 1);
  const settlement = { ok: true, value: { text: '{', bytes: '' } } as const;
  opened.attempts[0]?.report.resolve({ ...reportOf(0), settlement });
  expect(await running).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE' },
  });
});

test('events of a job come in order, in its own context, and once each', async () => {
  await using opened = openOffice(1);
  const heard: unknown[] = [];
  for (const name of ['job:admitted', 'job:started', 'job:settled'] as const) {
    opened.office.events.on(name, ({ jobId }) => void heard.push([name, jobId, tenant.get()]));
  }
  const running = tenant.run('acme', () => start(opened, { id: 'one' }));
  await until(() => opened.attempts.length === 1);
  opened.attempts[0]?.report.resolve(reportOf(1));
  await running;
  expect(heard).toEqual([
    ['job:admitted', 'one', 'acme'],
    ['job:started', 'one', 'acme'],
    ['job:settled', 'one', 'acme'],
  ]);
});

test('a listener that cancels a job as it starts cancels it', async () => {
  await using opened = openOffice(1);
  opened.office.events.on('job:started', ({ jobId }) =>
    opened.office.tickets.get(jobId)?.stop(cancelled),
  );
  const running = start(opened);
  await until(() => opened.attempts.length === 1);
  expect(opened.cancelled).toHaveLength(1);
  opened.attempts[0]?.report.resolve(reportOf(1));
  await running;
});
