import type { Orchestrator } from '@waybill/orchestrator';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { pause } from '../support/pause.ts';
import { withOrchestrator } from '../support/with-orchestrator.ts';

const isolation = 'tenant-process';
const brief = 'export default () => new Promise((done) => { setTimeout(done, 20, "done") })';

/** Hears which tenants ran in which process. */
function hearTenants(waybill: Orchestrator): Map<number, Set<string>> {
  const tenantsIn = new Map<number, Set<string>>();
  waybill.on('job:started', ({ processId, tenant }) => {
    tenantsIn.set(processId, (tenantsIn.get(processId) ?? new Set()).add(tenant));
  });
  return tenantsIn;
}

test.each([1, 2])(
  'with %i serving, no process ever runs the jobs of two tenants, and all jobs are served',
  async (count) => {
    await withOrchestrator({ isolation, processes: { count } }, async (waybill) => {
      const tenantsIn = hearTenants(waybill);
      const tenants = ['acme', 'globex', 'initech', 'acme', 'globex', 'initech'];
      const limits = { wallMs: 25_000 };
      const running = tenants.flatMap((tenant) => [
        waybill.run({ tenant, source: brief, limits }),
        waybill.run({ tenant, source: brief, limits }),
      ]);
      for (const outcome of await Promise.all(running)) {
        expect(outcome).toMatchObject({ ok: true, value: 'done' });
      }
      const shared = [...tenantsIn.values()].filter(({ size }) => size !== 1);
      expect(shared).toEqual([]);
      expect(new Set([...tenantsIn.values()].flatMap((each) => [...each]))).toEqual(
        new Set(tenants),
      );
      expect((await waybill.stats()).lostProcessCount).toBe(0);
    });
  },
  60_000,
);

/** A host function that lets the call before it go, once there is another, or after a second. */
function makeBaton() {
  let passOn = (): void => {};
  const hold = (): Promise<void> => {
    passOn();
    const next = deferred();
    passOn = () => next.resolve();
    return Promise.race([next.promise, pause(1_000)]);
  };
  return { hold };
}

test('a tenant that keeps the only process busy all the time does not keep it from another, and goes on after it', async () => {
  const options = { isolation, processes: { count: 1 }, hostFunctions: makeBaton() } as const;
  await withOrchestrator(options, async (waybill) => {
    const tenantsIn = hearTenants(waybill);
    const limits = { wallMs: 15_000 };
    const holds = 'export default (_, { host }) => host.hold()';
    const over = new AbortController();
    let failedCount = 0;
    const lane = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const { ok } = await waybill.run({ tenant: 'acme', source: holds, limits });
        if (!ok) failedCount += 1;
      }
    };
    // Each job ends when the next has begun: the process is never empty, unless it takes nothing new.
    const lanes = [lane(), lane(), lane()];
    try {
      const outcome = await waybill.run({ tenant: 'globex', source: brief, limits });
      expect(outcome).toMatchObject({ ok: true, value: 'done' });
      expect(outcome.bill.queueMs).toBeLessThan(10_000);
      const next = await waybill.run({ tenant: 'acme', source: brief, limits });
      expect(next).toMatchObject({ ok: true });
    } finally {
      over.abort();
      await Promise.all(lanes);
    }
    expect(failedCount).toBe(0);
    expect([...tenantsIn.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });
}, 60_000);
