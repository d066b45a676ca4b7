import {
  type JobSpec,
  type Outcome,
  type SettingsSpec,
  errorToWire,
  makeError,
} from '@waybill/protocol';
import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { type GivenAttempt, type TestOffice, openOffice, reportOf } from './office.fixture.ts';
import { runJob } from './run-job.ts';

const [crashes, harmless] = ['export default () => 1', 'export default () => 2'];

async function start(
  opened: TestOffice,
  spec: Partial<JobSpec>,
): Promise<{ attempt: GivenAttempt; running: Promise<Outcome> }> {
  const count = opened.attempts.length;
  const running = runJob(opened.office, { source: crashes, ...spec }, { site: {} });
  // A refusal is no attempt, and must not be waited for as one.
  await Promise.race([running, attemptAfter(opened, count)]);
  return { attempt: await attemptAfter(opened, count), running };
}

async function attemptAfter(opened: TestOffice, count: number): Promise<GivenAttempt> {
  await until(() => opened.attempts.length > count);
  const attempt = opened.attempts[count];
  if (attempt === undefined) throw new Error('there is no such attempt');
  return attempt;
}

const wedgeReport = {
  ...reportOf(0),
  settlement: {
    ok: false,
    error: errorToWire(makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', 'in a test')),
  },
  escalation: 'wedge',
} as const;

test('where one program ran in a process that crashed, its jobs fail as its doing, and it is not killed', async () => {
  await using opened = openOffice(2);
  const [one, other] = [await start(opened, {}), await start(opened, {})];
  opened.loseProcess('crash', [one.attempt, other.attempt]);
  for (const { running } of [one, other]) {
    const outcome = await running;
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_GUEST_CRASHED', blame: 'guest' },
    });
    expect(outcome.escalation).toBeUndefined();
  }
  expect(opened.attempts).toHaveLength(2);
  expect(opened.office.counts.escalationCounts.kill).toBe(0);
});

test('a job in a process that held too much runs again alone, and is found out where that one does, too', async () => {
  await using opened = openOffice(2);
  const { running, attempt } = await start(opened, {});
  opened.loseProcess('memory', [attempt]);
  const again = await attemptAfter(opened, 1);
  expect(again.alone).toBe(true);
  opened.loseProcess('memory', [again]);
  expect(await running).toMatchObject({
    error: { code: 'ERR_WAYBILL_GUEST_MEMORY_LIMIT', blame: 'guest' },
    escalation: 'kill',
    attemptCount: 2,
  });
});

test('a job in processes that fall silent runs again alone, and is never blamed', async () => {
  await using opened = openOffice(2);
  const { running, attempt } = await start(opened, {});
  opened.loseProcess('silent', [attempt]);
  for (const count of [1, 2, 3]) {
    const again = await attemptAfter(opened, count);
    expect(again.alone).toBe(true);
    opened.loseProcess('silent', [again]);
  }
  expect(await running).toMatchObject({
    error: { code: 'ERR_WAYBILL_PROCESS_EXITED', retryable: true },
    attemptCount: 4,
  });
  expect(opened.office.quarantine.list()).toEqual([]);
});

test('where several programs ran, each runs again alone, and the one that crashes again is found out', async () => {
  await using opened = openOffice(3);
  const guilty = await start(opened, { tenant: 'bad' });
  const innocent = await start(opened, { source: harmless });
  opened.loseProcess('crash', [guilty.attempt, innocent.attempt]);
  await until(() => opened.attempts.length === 4);
  const second = opened.attempts.slice(2);
  expect(second.map(({ alone }) => alone)).toEqual([true, true]);
  for (const attempt of second) {
    if (attempt.message.tenant === 'bad') opened.loseProcess('crash', [attempt]);
    else attempt.report.resolve(reportOf('fine'));
  }
  expect(await innocent.running).toMatchObject({ ok: true, value: 'fine', attemptCount: 2 });
  expect(await guilty.running).toMatchObject({ error: { code: 'ERR_WAYBILL_GUEST_CRASHED' } });
});

test('a program with a good record runs again at once beside others, once', async () => {
  await using opened = openOffice(3);
  for (let count = 0; count < 10; count++) {
    const { attempt, running } = await start(opened, { source: harmless });
    attempt.report.resolve(reportOf('fine'));
    await running;
  }
  const loseBoth = async (): Promise<[Promise<Outcome>, GivenAttempt]> => {
    const [guilty, proven] = [
      await start(opened, { tenant: 'bad' }),
      await start(opened, { source: harmless }),
    ];
    const count = opened.attempts.length;
    opened.loseProcess('crash', [guilty.attempt, proven.attempt]);
    await until(() => opened.attempts.length === count + 2);
    const again = opened.attempts.slice(count);
    for (const each of again) each.report.resolve(reportOf('fine'));
    await guilty.running;
    const own = again.find(({ message }) => message.tenant === 'default');
    if (own === undefined) throw new Error('it did not run again');
    return [proven.running, own];
  };
  for (const alone of [false, true]) {
    const [running, again] = await loseBoth();
    expect(again.alone).toBe(alone);
    expect(await running).toMatchObject({ ok: true, value: 'fine', attemptCount: 2 });
  }
});

test('a program under suspicion runs alone until one of its jobs has ended, however it ended', async () => {
  await using opened = openOffice(4);
  const one = await start(opened, {});
  const other = await start(opened, { tenant: 'other', source: harmless });
  opened.loseProcess('crash', [one.attempt, other.attempt]);
  await until(() => opened.attempts.length === 4);
  // Behind the one that runs alone already: a tenant has no more than one process for itself.
  const later = runJob(opened.office, { source: crashes }, { site: {} });
  expect(opened.office.turnstile.queuedCount).toBe(1);
  for (const { report } of opened.attempts.slice(2)) report.resolve(reportOf(1));
  const lateAttempt = await attemptAfter(opened, 4);
  expect(lateAttempt.alone).toBe(true);
  lateAttempt.report.resolve(reportOf(1));
  await Promise.all([one.running, other.running, later]);
  const afterwards = await start(opened, {});
  expect(afterwards.attempt.alone).toBe(false);
  afterwards.attempt.report.resolve(reportOf(1));
  await afterwards.running;
});

test.each(['outside', 'wedged'] as const)(
  'where a process was lost by %s, who ran there runs again like before',
  async (how) => {
    await using opened = openOffice(1);
    const { running, attempt } = await start(opened, {});
    opened.loseProcess(how, [attempt]);
    const again = await attemptAfter(opened, 1);
    expect(again.alone).toBe(false);
    again.report.resolve(reportOf(1));
    expect(await running).toMatchObject({ ok: true, attemptCount: 2 });
  },
);

test('an innocent job that cannot run again says that its process was killed', async () => {
  await using opened = openOffice(1);
  const { running, attempt } = await start(opened, {});
  attempt.host.hostCalling();
  opened.loseProcess('wedged', [attempt]);
  expect(await running).toMatchObject({
    error: { code: 'ERR_WAYBILL_PROCESS_EXITED' },
    escalation: 'kill',
  });
});

test('a program that has wedged its process twice is refused, and says so once', async () => {
  await using opened = openOffice(1);
  const heard: unknown[] = [];
  opened.office.events.on('guest:quarantined', (event) => void heard.push(event));
  for (const _time of [1, 2]) {
    const { attempt, running } = await start(opened, {});
    attempt.report.resolve(wedgeReport);
    expect(await running).toMatchObject({ escalation: 'wedge' });
  }
  await expect(start(opened, {})).rejects.toMatchObject({ code: 'ERR_WAYBILL_GUEST_QUARANTINED' });
  expect(heard).toEqual([
    { tenant: 'default', programHash: expect.stringMatching(/^[\da-f]{64}$/) },
  ]);
  expect(opened.office.quarantine.list()).toHaveLength(1);
});

test('a program that has crashed its process runs alone the next time, and is refused after that', async () => {
  await using opened = openOffice(1);
  for (const alone of [false, true]) {
    const { attempt, running } = await start(opened, {});
    expect(attempt.alone).toBe(alone);
    opened.loseProcess('crash', [attempt]);
    expect(await running).toMatchObject({ error: { code: 'ERR_WAYBILL_GUEST_CRASHED' } });
  }
  await expect(start(opened, {})).rejects.toMatchObject({ code: 'ERR_WAYBILL_GUEST_QUARANTINED' });
});

test('with containment by thread no program comes into quarantine', async () => {
  const settings: SettingsSpec = { containment: 'thread' };
  await using opened = openOffice(1, settings);
  for (const _time of [1, 2, 3]) {
    const { attempt, running } = await start(opened, {});
    attempt.report.resolve(wedgeReport);
    await running;
  }
  expect(opened.office.quarantine.quarantinedCount).toBe(0);
});

test('the report of a crash names the jobs that ran, their tenants and their functions', async () => {
  await using opened = openOffice(2);
  const program = { source: harmless, sourceType: 'module', modules: [] } as const;
  const deployed = { name: 'f', tenant: 'globex', program, limits: {}, rerunnable: false };
  opened.office.functions.add(deployed);
  const { attempt } = await start(opened, { id: 'one', tenant: 'acme' });
  const byName = { id: 'two', tenant: 'globex', source: undefined, function: 'f' };
  const other = await start(opened, byName);
  const report = opened.loseProcess('memory', [attempt, other.attempt]);
  expect(report).toMatchObject({
    processId: expect.any(Number),
    reason: 'lost in a test: memory',
    killed: true,
    jobs: [
      { jobId: 'one', tenant: 'acme', runningMs: expect.any(Number) },
      { jobId: 'two', tenant: 'globex', functionName: 'f' },
    ],
    stderrTail: 'the end',
  });
  expect(Date.parse(report.at)).toBeLessThanOrEqual(Date.now());
  await until(() => opened.attempts.length === 4);
  for (const { report: ended } of opened.attempts.slice(2)) ended.resolve(reportOf(1));
});

test('a job that nobody waits for any more still counts among those that ran in a lost process', async () => {
  await using opened = openOffice(1);
  const { attempt, running } = await start(opened, { id: 'one' });
  const gone = makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', 'in a test');
  opened.office.tickets.get('one')?.abandon(gone);
  await running;
  const report = opened.loseProcess('silent', [attempt]);
  expect(report.jobs).toMatchObject([{ jobId: 'one' }]);
  await until(() => opened.leasedCount === 0);
  expect(opened.office.attempts.size).toBe(0);
});
