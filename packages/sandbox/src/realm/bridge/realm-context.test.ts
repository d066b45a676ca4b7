import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { type Deferred, deferred } from '@waybill/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestRealm } from './realm.fixture.ts';

const tenant = new AsyncLocalStorage<string>();
const whoAmI = (): string => tenant.getStore() ?? 'nobody';

test('a guest goes on in its own context after every await, whoever settles and whoever drains', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  const gate = deferred();
  realm.give({ whoAmI, gate: bridge.toGuest(gate.promise) });
  const body = `
    const seen = [whoAmI()];
    await null; seen.push(whoAmI());
    await gate; seen.push(whoAmI());
    await gate.then(() => seen.push(whoAmI()));
    await { then(ok) { seen.push(whoAmI()); ok(); } }; seen.push(whoAmI());
    try { await Promise.reject(1); } catch { seen.push(whoAmI()); }
    await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); seen.push(whoAmI());
    return seen`;
  const of = (name: string): Promise<unknown> =>
    tenant.run(name, async () => [await realm.value(body), whoAmI()]);
  const both = [of('acme'), of('bolt')];
  await turn();
  tenant.run('opener', () => gate.resolve());
  await tenant.run('drainer', () => bridge.drain());
  const [acme, bolt] = await Promise.all(both);
  expect(acme).toEqual([Array.from({ length: 8 }, () => 'acme'), 'acme']);
  expect(bolt).toEqual([Array.from({ length: 8 }, () => 'bolt'), 'bolt']);
});

test('a thenable is asked in the context of who awaits it', async () => {
  using realm = new TestRealm();
  realm.give({ whoAmI });
  const thenable = realm.run(
    '({ get then() { const got = whoAmI(); return (ok) => ok([got, whoAmI()]); } })',
  );
  const seen = tenant.run('acme', () => realm.bridge.toHost(thenable));
  await expect(seen).resolves.toEqual(['acme', 'acme']);
});

test('contexts do not mix, however the steps of jobs in one realm interleave', async () => {
  const jobs = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 8 });
  const picks = fc.infiniteStream(
    fc.record({ which: fc.nat(), drain: fc.boolean(), fail: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(jobs, picks, async (stepCounts, schedule) => {
      using realm = new TestRealm({ drainTimeoutMs: Number.POSITIVE_INFINITY });
      const gates: Deferred<void>[] = [];
      const openGate = (): object => {
        const gate = deferred();
        gates.push(gate);
        return realm.bridge.toGuest(gate.promise);
      };
      realm.give({ whoAmI, openGate });
      const job = realm.run(`(async (steps) => {
        const seen = [whoAmI()];
        for (let step = 0; step < steps; step++) {
          try { await openGate(); } catch {}
          seen.push(whoAmI());
        }
        return seen;
      })`) as (steps: number) => unknown;
      let running = stepCounts.length;
      const outcomes = stepCounts.map((steps, index) =>
        tenant.run(`tenant ${index}`, async () => {
          const seen = await realm.bridge.toHost(job(steps));
          running -= 1;
          return [seen, whoAmI()];
        }),
      );
      for (const { which, drain, fail } of schedule) {
        if (running === 0) break;
        const [gate] = gates.splice(which % Math.max(gates.length, 1), 1);
        tenant.run('the opener', () => (fail ? gate?.reject(new Error('no')) : gate?.resolve()));
        if (drain || gates.length === 0)
          await tenant.run('the drainer', () => realm.bridge.drain());
      }
      const expected = stepCounts.map((steps, index) => {
        const own = `tenant ${index}`;
        return [Array.from({ length: steps + 1 }, () => own), own];
      });
      expect(await Promise.all(outcomes)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('the bridge holds on to no store of those whose promises it has settled', async () => {
  using realm = new TestRealm();
  const stores = new AsyncLocalStorage<object>();
  const kept: WeakRef<object>[] = [];
  for (let count = 0; count < 20; count++) {
    const store = { count };
    kept.push(new WeakRef(store));
    await stores.run(store, () => realm.value('await null; return 1'));
  }
  const { heapAfterGc, until } = await import('@waybill/testkit');
  await until(() => {
    heapAfterGc();
    return kept.filter((each) => each.deref() !== undefined).length <= 1;
  });
});
