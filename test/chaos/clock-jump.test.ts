import { createOrchestrator } from '@waybill/orchestrator';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';

const dayMs = 86_400_000;

test.each([dayMs, -dayMs])(
  'a time of day that jumps by %i ms while jobs run moves no deadline',
  async (jumpMs) => {
    await using _leaks = leakCheck();
    const asked = deferred();
    const answer = deferred();
    await using waybill = await createOrchestrator({
      threads: 1,
      hostFunctions: {
        ask: () => {
          asked.resolve();
          return answer.promise;
        },
      },
    });
    const asks = 'export default async (_, { host }) => { await host.ask(); return "answered"; }';
    const waits = 'export default () => new Promise(() => {})';
    const asking = waybill.run({ tenant: 'acme', source: asks });
    await asked.promise;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jumpMs });
    onTestFinished(() => void vi.useRealTimers());
    const overdue = await waybill.run({ tenant: 'globex', source: waits, limits: { wallMs: 200 } });
    answer.resolve();
    const answered = await asking;
    expect(overdue.ok ? 'ok' : overdue.error.code).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
    expect(overdue.bill.wallMs).toBeGreaterThan(100);
    expect(overdue.bill.wallMs).toBeLessThan(dayMs / 2);
    expect(answered).toMatchObject({ ok: true, value: 'answered' });
  },
);
