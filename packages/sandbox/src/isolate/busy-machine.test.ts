import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';
import { CpuClock } from '../engine/cpu-clock.ts';
import { ProcessTimes, runClockBytes } from './process-times.ts';
import { TurnGate } from './turn-gate.ts';

/** Processes beside this one that compute all the time; they end with the test, or by themselves. */
async function keepMachineBusy(count: number): Promise<Disposable> {
  const code = 'console.log(1); const end = Date.now() + 15_000; while (Date.now() < end);';
  const children = Array.from({ length: count }, () => spawn(process.execPath, ['-e', code]));
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  return {
    [Symbol.dispose]: () => {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

/** A guest that computes so much, however long it takes. */
const work = `export default (rounds) => {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (x * 48271) % 2147483647;
  return x;
}`;

test('on a machine with more to compute than cores a guest gets the computing time of its limit, and pays for no more than it got', async () => {
  const cpuClock = new CpuClock(new ProcessTimes(new SharedArrayBuffer(runClockBytes)));
  const cores = availableParallelism();
  const gate = new TurnGate(2 * cores);
  const limits = { cpuMs: 30_000, wallMs: 30_000 };
  const rounds = 2_000_000;
  await using alone = new TestIsolate({ cpuClock, gate });
  await alone.run(work, { input: rounds, limits });
  const { job } = await alone.run(work, { input: rounds, limits });
  await job.idle();
  const neededMs = job.usage().cpuMs;

  using _busy = await keepMachineBusy(cores);
  await using isolates = new AsyncDisposableStack();
  const guests = Array.from({ length: 2 * cores }, (_, index) =>
    isolates.use(new TestIsolate({ cpuClock, gate, tenant: `tenant ${index}` })),
  );
  const runAll = async (cpuMs: number): Promise<{ codes: unknown[]; billedMs: number }> => {
    const all = await Promise.all(
      guests.map((guest) =>
        guest.run(work, { input: 2 * rounds, limits: { cpuMs, wallMs: 30_000 } }),
      ),
    );
    await Promise.all(all.map((ended) => ended.job.idle()));
    const billed = all.map((ended) => ended.job.usage().cpuMs);
    return {
      codes: all.map(({ code }) => code),
      billedMs: billed.reduce((sum, each) => sum + each),
    };
  };
  // What the machine gives is known from what ran lately.
  await runAll(30_000);
  const before = process.cpuUsage();
  // Twice what they need, with room for cores that two threads share.
  const { codes, billedMs } = await runAll(2 * 2 * neededMs + 20);
  const { user, system } = process.cpuUsage(before);
  const usedMs = (user + system) / 1_000;
  expect(codes).toEqual(guests.map(() => undefined));
  expect(billedMs).toBeLessThan(1.3 * usedMs);
  expect(billedMs).toBeGreaterThan(0.3 * usedMs);
}, 60_000);
