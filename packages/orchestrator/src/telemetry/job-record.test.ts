import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openOffice, reportOf } from '../office.fixture.ts';
import { runJob } from '../run-job.ts';
import { type Point, registerSdk } from './telemetry.fixture.ts';

const source = 'export default () => 1';
const site = {};

const valueOf = (points: readonly Point[], name: string): number | undefined =>
  points.find((point) => point.name === name)?.value;

test('jobs are counted while they are open and run, and measured when they settle', async () => {
  await using sdk = registerSdk();
  await using opened = openOffice(1);
  const one = runJob(opened.office, { source }, { site });
  const other = runJob(opened.office, { source }, { site });
  await until(() => opened.attempts.length === 1);
  const early = await sdk.points();
  expect(valueOf(early, 'waybill.job.open')).toBe(2);
  expect(valueOf(early, 'waybill.job.running')).toBe(1);
  opened.attempts[0]?.report.resolve(reportOf(1));
  await one;
  await until(() => opened.attempts.length === 2);
  opened.attempts[1]?.report.resolve(reportOf(2));
  await other;
  const points = await sdk.points();
  expect(points.filter(({ value }) => value !== 0)).toEqual([
    { name: 'waybill.job.settled', attributes: {}, value: 2 },
    { name: 'waybill.job.queue.duration', attributes: {}, value: 2 },
    { name: 'waybill.job.run.duration', attributes: {}, value: 2 },
    { name: 'waybill.job.cpu.time', attributes: {}, value: 2 },
    { name: 'waybill.job.host_calls', attributes: {}, value: 6 },
  ]);
});

test('what is refused is counted by its code, and is never open', async () => {
  await using sdk = registerSdk();
  await using opened = openOffice(1);
  opened.setState('closing');
  const running = runJob(opened.office, { source }, { site });
  await expect(running).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  expect(await sdk.points()).toEqual([
    {
      name: 'waybill.job.refused',
      attributes: { 'error.type': 'ERR_WAYBILL_CLOSED' },
      value: 1,
    },
  ]);
});

test('a job that runs again after a loss has a second lease, and says how often it ran', async () => {
  await using sdk = registerSdk();
  await using opened = openOffice(1);
  const running = runJob(opened.office, { source }, { site });
  await until(() => opened.attempts.length === 1);
  opened.loseProcess('outside', opened.attempts);
  await until(() => opened.attempts.length === 2);
  opened.attempts[1]?.report.resolve(reportOf(1));
  await running;
  expect(sdk.spansNamed('waybill.lease')).toHaveLength(2);
  expect(sdk.spansNamed('waybill.carry')).toHaveLength(2);
  const [job] = sdk.spansNamed('waybill.job');
  expect(job?.attributes).toMatchObject({ 'waybill.attempt_count': 2 });
  expect(valueOf(await sdk.points(), 'waybill.job.running')).toBe(0);
});

test.each([
  { startedMs: -1e300, rebindMs: 1e300, runMs: 1e300 },
  { startedMs: 1e300, rebindMs: -1e300, runMs: -1e300 },
])('times that a thread makes up stay within its attempt: %o', async (times) => {
  await using sdk = registerSdk();
  await using opened = openOffice(1);
  const running = runJob(opened.office, { source }, { site });
  await until(() => opened.attempts.length === 1);
  const report = reportOf(1);
  const { startedMs, ...steps } = times;
  opened.attempts[0]?.report.resolve({
    ...report,
    usage: { ...report.usage, startedMs },
    steps,
  });
  await running;
  const [job] = sdk.spansNamed('waybill.job');
  const seconds = [...sdk.spansNamed('waybill.rebind'), ...sdk.spansNamed('waybill.run')];
  expect(seconds).toHaveLength(2);
  for (const { duration } of seconds) {
    expect(duration[0]).toBeLessThanOrEqual(job?.duration[0] ?? -1);
  }
});

test.each(['onStart', 'onEnd'] as const)(
  'a span processor that throws (%s) changes nothing for the job, and is complained of',
  async (method) => {
    const broken: SpanProcessor = {
      onStart: () => {},
      onEnd: () => {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      [method]: () => {
        throw new Error('a broken processor');
      },
    };
    await using sdk = registerSdk({ processors: [broken] });
    await using opened = openOffice(1);
    const running = runJob(opened.office, { source }, { site });
    await until(() => opened.attempts.length === 1);
    opened.attempts[0]?.report.resolve(reportOf(1));
    expect(await running).toMatchObject({ ok: true, value: 1 });
    expect(sdk.complaints.join()).toContain('a broken processor');
  },
);
