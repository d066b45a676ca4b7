import {
  type AttemptReport,
  type Limits,
  defaultLimits,
  errorToWire,
  makeError,
} from '@waybill/protocol';
import { deferred, runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { makeMessage } from './attempt-message.fixture.ts';
import { runAttempt } from './run-attempt.ts';
import { openThread } from './thread.fixture.ts';

const endOf = ({ settlement, escalation }: AttemptReport): readonly unknown[] => [
  settlement.ok ? 'ok' : Reflect.get(settlement.error, 'code'),
  escalation,
];

function messageOf(source: string, changed: Partial<Limits> = {}) {
  const limits = { ...defaultLimits, ...changed };
  return makeMessage({ source, limits, deadlineMs: performance.now() + limits.wallMs });
}

// Where the machine is busy, the limit may cut too late for the ladder.
const cut: unknown = expect.stringMatching(/^(interrupt|dispose)$/);

test('a loop is cut off by the limit of its turn, at its deadline or at its cpu limit', async () => {
  await using opened = openThread();
  const loop = 'export default () => { for (;;); }';
  const atDeadline = messageOf(loop, { wallMs: 1_000, cpuMs: 20_000 });
  expect(endOf(await runAttempt(opened.thread, atDeadline))).toEqual([
    'ERR_WAYBILL_DEADLINE_EXCEEDED',
    cut,
  ]);
  const atCpuLimit = messageOf(loop, { wallMs: 20_000, cpuMs: 100 });
  expect(endOf(await runAttempt(opened.thread, atCpuLimit))).toEqual([
    expect.stringMatching(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/),
    cut,
  ]);
});

test('a guest that waits at its deadline is reported at once, with nothing taken against it', async () => {
  await using opened = openThread();
  const waits = messageOf(
    'export default () => new Promise((done) => { setTimeout(done, 1e8); })',
    {
      wallMs: 100,
    },
  );
  expect(endOf(await runAttempt(opened.thread, waits))).toEqual([
    'ERR_WAYBILL_DEADLINE_EXCEEDED',
    undefined,
  ]);
});

test('a guest that computes on when its job is cancelled loses its isolate, and the report comes after', async () => {
  const computes = deferred();
  await using opened = openThread({}, { near: () => computes.resolve() });
  const source = 'export default async (_, { host }) => { await host.near(); for (;;); }';
  const message = messageOf(source, { wallMs: 60_000, cpuMs: 60_000 });
  const running = runAttempt(opened.thread, message);
  await computes.promise;
  const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
  // Cancelled before its guest goes on it would only wait.
  await new Promise((resolve) => setImmediate(resolve));
  opened.thread.api().cancel(message.attemptId, errorToWire(cancelled));
  const report = await running;
  expect(endOf(report)).toEqual(['ERR_WAYBILL_CANCELLED', 'dispose']);
  expect(report.usage.cpuMs).toBeGreaterThan(0);
  expect(opened.thread.api().stats()).toMatchObject({ isolateCount: 0, wedgedCount: 0 });
});

test('what a guest does behind its result is ended before the report, and the result stands', async () => {
  await using opened = openThread();
  const source = `export default () => {
    let later = Promise.resolve();
    for (let i = 0; i < 10; i++) later = later.then(() => {});
    later.then(() => { for (;;); });
    return 'done';
  }`;
  const message = messageOf(source, { wallMs: 60_000, cpuMs: 60_000 });
  expect(endOf(await runAttempt(opened.thread, message))).toEqual(['ok', 'dispose']);
});

test('a job that is cancelled while it waits behind a job of its realm costs that one nothing', async () => {
  const inside = deferred();
  const source = `export default async (name, { host }) => {
    if (name === 'short') { await host.near(); return; }
    host.near();
    const end = Date.now() + 400;
    while (Date.now() < end);
    return 'served';
  }`;
  const program = { source, sourceType: 'module', modules: [] } as const;
  const limits = { ...defaultLimits, wallMs: 60_000, cpuMs: 60_000 };
  let callCount = 0;
  await using opened = openThread(
    { functionProgram: () => ({ program, limits }) },
    { near: () => void (++callCount === 2 && inside.resolve()) },
  );
  const target = { kind: 'function', functionKey: 'f#1' } as const;
  const deadlineMs = performance.now() + limits.wallMs;
  const shortMessage = makeMessage({ target, limits, deadlineMs, value: 'short' });
  const long = makeMessage({ target, limits, deadlineMs, value: 'long' });
  const short = runAttempt(opened.thread, shortMessage);
  const served = runAttempt(opened.thread, long);
  await inside.promise;
  const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
  opened.thread.api().cancel(shortMessage.attemptId, errorToWire(cancelled));
  await short;
  expect(endOf(await served)).toEqual(['ok', undefined]);
});

// In a process of its own: nothing else ends a thread with such an isolate in it.
const wedging = `
  import { setFlagsFromString } from 'node:v8';
  import { makeMessage } from './attempt-message.fixture.ts';
  import { openThread } from './thread.fixture.ts';
  import { runAttempt } from './run-attempt.ts';

  setFlagsFromString('--no-turboshaft-loop-unrolling');
  const wedge = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
  const programOf = (source) => ({ source, sourceType: 'module', modules: [] });
  const { limits: some } = makeMessage();
  const said = [];
  const run = async (changed, limits = {}) => {
    const { thread } = openThread({
      isolateWedged: () => said.push('wedged'),
      functionProgram: () => ({ program: programOf(wedge), limits: { ...some, ...limits } }),
    });
    const all = { ...some, ...limits };
    const deadlineMs = performance.now() + all.wallMs;
    const startMs = performance.now();
    const report = await runAttempt(thread, makeMessage({ limits: all, deadlineMs, ...changed }));
    const { settlement, escalation, usage } = report;
    said.push([settlement.ok ? 'ok' : settlement.error.code, escalation, usage.cpuMs > 0]);
    const patient = { tenant: 'globex', limits: { ...some, wallMs: 60_000 }, deadlineMs: performance.now() + 60_000 };
    const other = await runAttempt(thread, makeMessage(patient));
    said.push([other.settlement.ok, thread.api().stats().wedgedCount, await thread.close(Error('over'))]);
  };
  await run({ source: 'export default () => 1' });
  await run({ source: 'export default () => ' + wedge }, { wallMs: 3_000, cpuMs: 20_000 });
  await run({ source: 'export default () => ' + wedge }, { cpuMs: 100, wallMs: 20_000 });
  await run({ target: { kind: 'function', functionKey: 'f#1' } }, { cpuMs: 100, wallMs: 20_000 });
  process.stdout.write(JSON.stringify(said), () => process.kill(process.pid, 'SIGKILL'));
`;

test('a guest that nothing ends is reported when it is given up, with its own code, and others are served', async () => {
  const options = { cwd: import.meta.dirname, timeoutMs: 30_000 };
  const { signal, stdout, stderr } = await runNode({ code: wedging }, options);
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
  const others = [true, 1, 1];
  // Where the machine is busy, its guest may have computed for too little to be blamed.
  const code = expect.stringMatching(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/);
  expect(JSON.parse(stdout)).toEqual([
    ['ok', null, true],
    [true, 0, 0],
    'wedged',
    ['ERR_WAYBILL_DEADLINE_EXCEEDED', 'wedge', true],
    others,
    'wedged',
    [code, 'wedge', true],
    others,
    'wedged',
    ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'wedge', false],
    others,
  ]);
}, 40_000);

// On Node 24 the engine gives up on a heap that runs out like this; on Node 26 the memory limit ends it before.
const exhausting = `
  import { makeMessage } from './attempt-message.fixture.ts';
  import { openThread } from './thread.fixture.ts';
  import { runAttempt } from './run-attempt.ts';

  const { thread } = openThread({ hostCall: () => new Promise(() => {}) });
  const limits = { ...makeMessage().limits, memoryBytes: 16 * 2 ** 20, cpuMs: 20_000, wallMs: 20_000 };
  const deadlineMs = performance.now() + limits.wallMs;
  const started = Promise.withResolvers();
  const waits = 'export default (_, { host }) => host.far()';
  const innocent = runAttempt(thread, makeMessage({ source: waits, limits, deadlineMs }));
  const source = 'export default () => { const keys = {}; for (let i = 0; ; i++) keys["k" + i] = i; }';
  const guilty = await runAttempt(thread, makeMessage({ source, limits, deadlineMs }));
  const told = [guilty, await innocent].map(({ settlement, escalation }) => [settlement.error.code, escalation]);
  const { wedgedCount } = thread.api().stats();
  process.stdout.write(JSON.stringify({ told, wedgedCount }), () => process.kill(process.pid, 'SIGKILL'));
`;

test('a heap that runs out so badly that the engine gives up is blamed on the job whose turn it was', async () => {
  const options = { cwd: import.meta.dirname, timeoutMs: 30_000 };
  const { signal, stdout } = await runNode({ code: exhausting }, options);
  expect(signal).toBe('SIGKILL');
  const { told, wedgedCount } = JSON.parse(stdout) as { told: unknown[]; wedgedCount: number };
  const escalation = wedgedCount === 1 ? 'wedge' : null;
  const [guilty, innocent] = told;
  expect(guilty).toEqual(['ERR_WAYBILL_GUEST_MEMORY_LIMIT', escalation]);
  expect(innocent).toEqual(['ERR_WAYBILL_ISOLATE_LOST', null]);
}, 40_000);
