import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { deferred, heapAfterGc, leakCheck, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestRealm } from './realm.fixture.ts';

test('disposal leaves nothing behind, whatever was under way', async () => {
  await using leaks = leakCheck();
  const later = deferred<unknown>();
  {
    using realm = new TestRealm();
    const { bridge } = realm;
    realm.give({ later: bridge.toGuest(later.promise) });
    const waiting = realm.value('return later');
    const asked = bridge.drain();
    bridge.hold();
    bridge.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
    await expect(asked).resolves.toBe('disposed');
    await expect(bridge.drain()).resolves.toBe('disposed');
    await expect(bridge.toHost(1)).rejects.toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
    const code = 'ERR_WAYBILL_CANCELLED';
    expect(() => bridge.toGuest(later.promise)).toThrow(expect.objectContaining({ code }));
  }
  later.resolve({});
  await until(() => leaks.leaks().length === 0);
});

test('a promise that nobody looks at is no unhandled rejection when its bridge is disposed', async () => {
  const realm = new TestRealm();
  void realm.value('await new Promise(() => {})');
  realm.bridge.dispose();
  await turn();
});

test('a hold that outlives its bridge may be let go', async () => {
  const realm = new TestRealm();
  const held = realm.bridge.hold();
  realm.bridge.dispose();
  held[Symbol.dispose]();
  await turn();
});

test('realms that were disposed, or cut off, are collected while their bridges are held', async () => {
  await using _leaks = leakCheck();
  const realms = ['await null; return 1', 'await null; for (;;);'].map((body) => {
    const realm = new TestRealm({ drainTimeoutMs: 20 });
    const { bridge } = realm;
    realm.give({ later: bridge.toGuest(delay(1)) });
    const settled = realm.value(body).catch(() => undefined);
    return { bridge, settled, context: new WeakRef(realm.context) };
  });
  for (const { settled } of realms) await settled;
  realms[0]?.bridge.dispose();
  await until(() => {
    heapAfterGc();
    return realms.every(({ context }) => context.deref() === undefined);
  });
});

test('realms cost no memory once they are gone', async () => {
  await using _leaks = leakCheck();
  const useOne = async (): Promise<void> => {
    using realm = new TestRealm({ drainTimeoutMs: Number.POSITIVE_INFINITY });
    await realm.value('await null; return 1');
  };
  for (let count = 0; count < 50; count++) await useOne();
  const before = heapAfterGc();
  for (let count = 0; count < 150; count++) await useOne();
  expect(heapAfterGc() - before).toBeLessThan(4 * 2 ** 20);
}, 60_000);
