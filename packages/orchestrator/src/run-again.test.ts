import { ContextVariable, JobContext } from '@waybill/context';
import {
  type ErrorCode,
  type EscalationStep,
  type JobSpec,
  type Outcome,
  type SettingsSpec,
  errorToWire,
  makeError,
  writeParcel,
} from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { type GivenAttempt, type TestOffice, openOffice, reportOf } from './office.fixture.ts';
import { runJob } from './run-job.ts';

const source = 'export default () => 1';
const noArgs = writeParcel([], { maxChars: 100, maxDepth: 10 });
const noCallback = (): Promise<never> => Promise.reject(new Error('no callback in this test'));

/** A job of an office of its own, the attempts at it, and what is heard of it. */
function startJob(slotCount = 2, spec: Partial<JobSpec> = {}, settings: SettingsSpec = {}) {
  const opened = openOffice(slotCount, settings);
  const heard: unknown[] = [];
  for (const name of ['job:started', 'job:rerun', 'job:escalated', 'job:settled'] as const) {
    opened.office.events.on(name, () => void heard.push(name));
  }
  const job = { id: 'one', source, ...spec };
  const running: Promise<Outcome> = runJob(opened.office, job, { site: {} });
  return {
    opened,
    heard,
    running,
    /** Waits for the attempt of this number, from 1. */
    attempt: (number: number) => nthAttempt(opened, number),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function nthAttempt(opened: TestOffice, number: number): Promise<GivenAttempt> {
  await until(() => opened.attempts.length >= number);
  const attempt = opened.attempts[number - 1];
  if (attempt === undefined) throw new Error(`there is no attempt ${number}`);
  return attempt;
}

const failureOf = (code: ErrorCode, escalation?: EscalationStep) => ({
  ...reportOf(0),
  settlement: { ok: false, error: errorToWire(makeError(code, 'in a test')) } as const,
  ...(escalation === undefined ? {} : { escalation }),
});

test('a job that called no host function runs again where its process was lost', async () => {
  await using job = startJob();
  const first = await job.attempt(1);
  job.opened.loseProcess('outside', [first]);
  const second = await job.attempt(2);
  expect(second.message.attemptId).not.toBe(first.message.attemptId);
  second.report.resolve(reportOf('done'));
  expect(await job.running).toMatchObject({ ok: true, value: 'done', attemptCount: 2 });
  expect(job.heard).toEqual(['job:started', 'job:rerun', 'job:started', 'job:settled']);
  expect(job.opened.leasedCount).toBe(0);
  expect(job.opened.office.counts).toMatchObject({ rerunCount: 1, lostProcessCount: 1 });
});

test('a job that ran once says nothing of attempts or escalation', async () => {
  await using job = startJob();
  (await job.attempt(1)).report.resolve(reportOf(1));
  expect(Object.keys(await job.running)).not.toContain('attemptCount');
  expect(Object.keys(await job.running)).not.toContain('escalation');
});

test.each<[ErrorCode, 'reported' | 'rejected']>([
  ['ERR_WAYBILL_ISOLATE_LOST', 'reported'],
  ['ERR_WAYBILL_WORKER_UNRESPONSIVE', 'reported'],
  ['ERR_WAYBILL_WORKER_EXITED', 'rejected'],
  ['ERR_WAYBILL_PROCESS_EXITED', 'rejected'],
])('a job runs again after %s that was %s', async (code, how) => {
  await using job = startJob();
  const first = await job.attempt(1);
  if (how === 'reported') first.report.resolve(failureOf(code));
  else first.report.reject(makeError(code, 'in a test'));
  (await job.attempt(2)).report.resolve(reportOf(1));
  expect(await job.running).toMatchObject({ ok: true, attemptCount: 2 });
});

test.each<[ErrorCode, 'reported' | 'rejected']>([
  ['ERR_WAYBILL_GUEST_THREW', 'reported'],
  ['ERR_WAYBILL_RPC_REFUSED', 'reported'],
  ['ERR_WAYBILL_GUEST_MEMORY_LIMIT', 'rejected'],
])('a job that failed with %s, which was %s, does not run again', async (code, how) => {
  await using job = startJob();
  const { report } = await job.attempt(1);
  if (how === 'reported') report.resolve(failureOf(code));
  else report.reject(makeError(code, 'in a test'));
  expect(await job.running).toMatchObject({ ok: false, error: { code } });
  expect(job.opened.attempts).toHaveLength(1);
});

test.each(['here', 'in the thread'])(
  'a job that called a host function %s fails with the loss, unless it says that it may run twice',
  async (where) => {
    for (const rerunnable of [false, true]) {
      await using job = startJob(1, { rerunnable });
      const first = await job.attempt(1);
      if (where === 'in the thread') first.host.hostCalling();
      else await first.host.hostCall('no', noArgs, noCallback).catch(() => undefined);
      job.opened.loseProcess('outside', [first]);
      if (rerunnable) (await job.attempt(2)).report.resolve(reportOf(1));
      expect(await job.running).toMatchObject(
        rerunnable
          ? { ok: true, attemptCount: 2 }
          : { ok: false, error: { code: 'ERR_WAYBILL_PROCESS_EXITED', retryable: true } },
      );
    }
  },
);

test('an attempt that was given up can neither call nor log, while the next one can', async () => {
  const tenant = new ContextVariable<string>({ name: 'run-again.tenant' });
  const lines: string[] = [];
  await using opened = openOffice(1);
  const seen: unknown[] = [];
  const see = (): void => void seen.push([tenant.get(), JobContext.current()?.jobId]);
  Object.assign(opened.office, { hostFunctions: new Map([['see', see]]) });
  const running = tenant.run('acme', () =>
    runJob(
      opened.office,
      { id: 'one', source },
      { site: {}, onLog: ({ text }) => void lines.push(text) },
    ),
  );
  const first = await nthAttempt(opened, 1);
  opened.loseProcess('outside', [first]);
  const second = await nthAttempt(opened, 2);
  const refused = expect.objectContaining({ code: 'ERR_WAYBILL_CONTEXT_REVOKED' });
  expect(() => first.host.hostCall('see', noArgs, noCallback)).toThrow(refused);
  expect(() => first.host.hostCalling()).toThrow(refused);
  first.host.logged({ seq: 0, atMs: 0, level: 'log', text: 'of the first' });
  second.host.logged({ seq: 0, atMs: 0, level: 'log', text: 'of the second' });
  await second.host.hostCall('see', noArgs, noCallback);
  expect(seen).toEqual([['acme', 'one']]);
  expect(lines).toEqual(['of the second']);
  second.report.resolve(reportOf(1));
  await running;
  expect(() => second.host.hostCalling()).toThrow(refused);
});

test('the signal that a host function of a lost attempt has aborts with the loss', async () => {
  await using opened = openOffice(1);
  let signal: AbortSignal | undefined;
  const look = (): void => void (signal = JobContext.current()?.signal);
  Object.assign(opened.office, { hostFunctions: new Map([['look', look]]) });
  const running = runJob(opened.office, { source, rerunnable: true }, { site: {} });
  const first = await nthAttempt(opened, 1);
  await first.host.hostCall('look', noArgs, noCallback);
  opened.loseProcess('outside', [first]);
  (await nthAttempt(opened, 2)).report.resolve(reportOf(1));
  await running;
  expect(signal?.reason).toMatchObject({ code: 'ERR_WAYBILL_PROCESS_EXITED' });
});

test('a job runs four times at most, the last time alone', async () => {
  await using job = startJob();
  for (const number of [1, 2, 3, 4]) {
    const attempt = await job.attempt(number);
    expect(attempt.alone).toBe(number === 4);
    attempt.report.reject(makeError('ERR_WAYBILL_WORKER_EXITED', 'in a test'));
  }
  expect(await job.running).toMatchObject({
    ok: false,
    error: { code: 'ERR_WAYBILL_WORKER_EXITED' },
    attemptCount: 4,
  });
  expect(job.opened.leasedCount).toBe(0);
});

test('a job that somebody asked to end does not run again, and ends with what it was asked with', async () => {
  await using job = startJob();
  const first = await job.attempt(1);
  job.opened.office.tickets.get('one')?.stop(makeError('ERR_WAYBILL_CANCELLED', 'in a test'));
  job.opened.loseProcess('outside', [first]);
  expect(await job.running).toMatchObject({ error: { code: 'ERR_WAYBILL_CANCELLED' } });
});

test('a job does not run again past its deadline, or while the office closes', async () => {
  await using late = startJob(1, { limits: { wallMs: 1 } });
  const first = await late.attempt(1);
  await until(() => performance.now() > first.message.deadlineMs);
  late.opened.loseProcess('outside', [first]);
  expect(await late.running).toMatchObject({ error: { code: 'ERR_WAYBILL_PROCESS_EXITED' } });
  await using closing = startJob();
  const other = await closing.attempt(1);
  closing.opened.setState('closing');
  closing.opened.loseProcess('outside', [other]);
  expect(await closing.running).toMatchObject({ error: { code: 'ERR_WAYBILL_PROCESS_EXITED' } });
});

test('a job that waits for its second place is given up at its deadline', async () => {
  await using job = startJob(1, { limits: { wallMs: 100 } });
  const first = await job.attempt(1);
  // Takes the place before the job can.
  const other = runJob(job.opened.office, { source }, { site: {} });
  expect(job.opened.office.turnstile.queuedCount).toBe(1);
  job.opened.loseProcess('outside', [first]);
  const second = await job.attempt(2);
  const outcome = await job.running;
  expect(outcome).toMatchObject({ error: { code: 'ERR_WAYBILL_QUEUE_DEADLINE' } });
  second.report.resolve(reportOf(1));
  await other;
});

test('the bill of a job that ran twice covers the last attempt, and its wait from the submit', async () => {
  await using job = startJob();
  const first = await job.attempt(1);
  const startMs = performance.now();
  await until(() => performance.now() - startMs > 5);
  job.opened.loseProcess('outside', [first]);
  (await job.attempt(2)).report.resolve(reportOf(1));
  const { bill } = await job.running;
  expect(bill.queueMs).toBeGreaterThan(5);
  expect(bill).toMatchObject({ cpuMs: 1, hostCalls: 3 });
});

test('the outcome says which step ended the job, and a listener hears of each that was taken', async () => {
  await using job = startJob();
  (await job.attempt(1)).report.resolve(failureOf('ERR_WAYBILL_DEADLINE_EXCEEDED', 'dispose'));
  expect(await job.running).toMatchObject({
    error: { code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' },
    escalation: 'dispose',
  });
  expect(job.heard).toEqual(['job:started', 'job:escalated', 'job:escalated', 'job:settled']);
  expect(job.opened.office.counts.escalationCounts).toMatchObject({
    interrupt: 1,
    dispose: 1,
    wedge: 0,
  });
});
