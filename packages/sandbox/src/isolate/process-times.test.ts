import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { ProcessTimes, runClockBytes } from './process-times.ts';

const buffer = (): SharedArrayBuffer => new SharedArrayBuffer(runClockBytes);

async function passing(ms: number): Promise<number> {
  const startMs = performance.now();
  await until(() => performance.now() - startMs >= ms);
  return performance.now() - startMs;
}

test('what runs counts while it runs, once for each isolate, whichever thread it belongs to', async () => {
  const shared = buffer();
  const [here, there] = [new ProcessTimes(shared), new ProcessTimes(shared)];
  const before = here.read().runningMs;
  here.begin();
  there.begin();
  const tookMs = await passing(20);
  const ranMs = here.read().runningMs - before;
  expect(ranMs).toBeGreaterThanOrEqual(2 * 20 - 1);
  expect(ranMs).toBeLessThan(2 * tookMs + 50);
});

test('what ended counts with the time that it ran in fact', async () => {
  const times = new ProcessTimes(buffer());
  const end = times.begin();
  await passing(20);
  end(7);
  expect(times.read().runningMs).toBeCloseTo(7, 2);
  const endUnknown = times.begin();
  await passing(10);
  endUnknown(undefined);
  const { runningMs } = times.read();
  expect(runningMs).toBeGreaterThanOrEqual(17 - 1);
  await passing(10);
  expect(times.read().runningMs).toBe(runningMs);
});

test('cpu time of this thread is not that of isolates', () => {
  const times = new ProcessTimes(buffer());
  const before = times.read();
  const process0 = process.cpuUsage();
  const thread0 = process.threadCpuUsage();
  while (process.threadCpuUsage(thread0).user < 100_000);
  const { user, system } = process.cpuUsage(process0);
  const addedMs = times.read().cpuMs - before.cpuMs;
  expect(addedMs).toBeLessThan((user + system) / 1_000 - 80);
});
