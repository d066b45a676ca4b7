import { createOrchestrator } from '@waybill/orchestrator';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';

const dayMs = 86_400_000;
const workerHostFunctions = new URL('./jumping-clock.fixture.ts', import.meta.url);

const asks = 'export default async (_, { host }) => { await host.ask(); return "answered"; }';
const waits = 'export default () => new Promise((done) => { setTimeout(done, 1e8); })';
const jumps = `export default async (ms, { host }) => {
  await host.jumpClock(ms);
  return host.readClock();
}`;

test.each([
  { where: 'the submitting thread', hereMs: dayMs, thereMs: 0 },
  { where: 'the submitting thread', hereMs: -dayMs, thereMs: 0 },
  { where: 'the pool thread', hereMs: 0, thereMs: dayMs },
  { where: 'the pool thread', hereMs: 0, thereMs: -dayMs },
  { where: 'both threads, apart,', hereMs: dayMs, thereMs: -dayMs },
])(
  'a time of day that jumps in $where while jobs run ($hereMs ms here, $thereMs ms there) moves no deadline',
  async ({ hereMs, thereMs }) => {
    await using _leaks = leakCheck();
    const asked = deferred();
    const answer = deferred();
    await using waybill = await createOrchestrator({
      threads: 1,
      workerHostFunctions,
      hostFunctions: {
        ask: () => {
          asked.resolve();
          return answer.promise;
        },
      },
    });
    const asking = waybill.run({ tenant: 'acme', source: asks });
    await asked.promise;
    const nowMs = Date.now();
    const jumped = await waybill.run<number>({ tenant: 'acme', source: jumps, input: thereMs });
    const seenMs = jumped.ok ? jumped.value : 0;
    expect(Math.abs(seenMs - nowMs - thereMs)).toBeLessThan(dayMs / 2);
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs + hereMs });
    onTestFinished(() => void vi.useRealTimers());
    const overdue = await waybill.run({ tenant: 'globex', source: waits, limits: { wallMs: 200 } });
    answer.resolve();
    const answered = await asking;
    expect(overdue.ok ? 'ok' : overdue.error.code).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
    for (const { bill } of [overdue, answered]) {
      expect(bill.queueMs).toBeGreaterThanOrEqual(0);
      expect(bill.queueMs).toBeLessThan(dayMs / 2);
      expect(bill.wallMs).toBeLessThan(dayMs / 2);
    }
    expect(overdue.bill.wallMs).toBeGreaterThan(100);
    expect(answered).toMatchObject({ ok: true, value: 'answered' });
  },
);
