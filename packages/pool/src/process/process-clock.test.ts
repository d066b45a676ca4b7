import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { makeMessage } from '../open-pool.fixture.ts';
import { monotonicEpochMs, toOurClock, toTheirClock } from './process-clock.ts';

test('a time goes to the clock of another process and comes back as it was', () => {
  const message = makeMessage('export default () => 1', { submittedMs: 1_000, deadlineMs: 6_000 });
  expect(toTheirClock(message, 400)).toMatchObject({ submittedMs: 600, deadlineMs: 5_600 });
  const usage = {
    startedMs: 600,
    cpuMs: 1,
    heapBytes: 1,
    hostCalls: 1,
    hostWaitMs: 1,
    logBytes: 1,
  };
  const report = { settlement: { ok: false, error: {} }, logs: [], hops: [], usage };
  expect(toOurClock(report as never, 400).usage).toEqual({ ...usage, startedMs: 1_000 });
});

test('two processes agree on the instant, whenever each was started', () => {
  const url = new URL('./process-clock.ts', import.meta.url).href;
  const code = `import { monotonicEpochMs } from '${url}';
    console.log(monotonicEpochMs() + performance.now());`;
  const beforeMs = monotonicEpochMs() + performance.now();
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', code]);
  const thereMs = Number(printed);
  const afterMs = monotonicEpochMs() + performance.now();
  expect(thereMs).toBeGreaterThan(beforeMs);
  expect(thereMs).toBeLessThan(afterMs);
});
