import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { DrainScheduler, type DrainEnd } from './drain-scheduler.ts';
import { TestRealm, runHere } from './realm.fixture.ts';

class CountedDrains {
  readonly scheduler: DrainScheduler = new DrainScheduler({
    drain: () => {
      this.count += 1;
      return this.ends.shift() ?? 'idle';
    },
    giveUp: () => void (this.givenUp += 1),
    turnEnded: () => undefined,
  });
  readonly ends: Exclude<DrainEnd, 'disposed'>[] = [];
  count = 0;
  givenUp = 0;
}

test('what enters a realm in one turn of the event loop is drained once', async () => {
  const drains = new CountedDrains();
  for (let entry = 0; entry < 100; entry++) {
    drains.scheduler.schedule();
    await Promise.resolve();
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }
  expect(drains.count).toBe(0);
  await expect(drains.scheduler.request()).resolves.toBe('idle');
  expect(drains.count).toBe(1);
});

test('a realm is given up only when it was stuck twice in a row', async () => {
  const drains = new CountedDrains();
  drains.ends.push('stuck', 'waiting', 'stuck', 'stuck');
  await expect(drains.scheduler.request()).resolves.toBe('waiting');
  expect(drains.givenUp).toBe(0);
  await expect(drains.scheduler.request()).resolves.toBe('stuck');
  expect(drains).toMatchObject({ count: 4, givenUp: 1 });
});

test('something that enters between two drains postpones giving up', async () => {
  const drains = new CountedDrains();
  drains.ends.push('stuck', 'stuck', 'idle');
  drains.scheduler.schedule();
  await turn();
  const end = drains.scheduler.request();
  await expect(end).resolves.toBe('idle');
  expect(drains.givenUp).toBe(0);
});

test('no drain comes after the last', async () => {
  const drains = new CountedDrains();
  const asked = drains.scheduler.request();
  drains.scheduler[Symbol.dispose]();
  await expect(asked).resolves.toBe('disposed');
  await expect(drains.scheduler.request()).resolves.toBe('disposed');
  drains.scheduler.schedule();
  await turn();
  expect(drains.count).toBe(0);
  const cut = new CountedDrains();
  cut.ends.push('timed-out');
  await expect(cut.scheduler.request()).resolves.toBe('timed-out');
  await expect(cut.scheduler.request()).resolves.toBe('timed-out');
});

test('no microtask of a guest runs in the midst of a statement, whatever its host does meanwhile', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  realm.give({ given: bridge.toGuest(Promise.resolve(3)) });
  realm.run('globalThis.order = []');
  const guest = realm.run(`(meanwhile) => {
    Promise.resolve().then(() => order.push('microtask'));
    given.then(() => order.push('given'));
    order.push('before');
    meanwhile();
    order.push('after');
  }`) as (meanwhile: () => void) => void;
  await turn();
  guest(() => {
    void bridge.toHost('no promise');
    bridge.toGuest(Promise.resolve(4));
    bridge.hold()[Symbol.dispose]();
    void bridge.drain();
  });
  await expect(bridge.drain()).resolves.toBe('idle');
  expect(realm.run('order.join()')).toBe('before,after,microtask,given');
});

test('a guest that spins in microtasks is cut off, its realm discarded, and other realms are none the worse', async () => {
  using realm = new TestRealm({ drainTimeoutMs: 200 });
  using other = new TestRealm();
  const later = deferred<string>();
  const { bridge } = realm;
  realm.give({ later: bridge.toGuest(later.promise) });
  other.give({ later: other.bridge.toGuest(later.promise) });
  const innocent = other.value('return await later');
  const done = realm.value('return "before"');
  const waiting = realm.value('return later');
  const spinning = realm.value('await null; for (;;) await null');
  const end = bridge.drain();
  const limit = { code: 'ERR_WAYBILL_GUEST_CPU_LIMIT', details: { drainTimeoutMs: 200 } };
  await expect(spinning).rejects.toMatchObject(limit);
  await expect(waiting).rejects.toMatchObject(limit);
  await expect(done).resolves.toBe('before');
  await expect(end).resolves.toBe('timed-out');
  later.resolve('still there');
  await expect(innocent).resolves.toBe('still there');
  await expect(bridge.toHost(1)).rejects.toMatchObject(limit);
  expect(() => bridge.toGuest(later.promise)).toThrow(expect.objectContaining(limit));
  expect(() => bridge.hold()).toThrow(expect.objectContaining(limit));
});

test('a promise that nothing can settle is said to be one', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  const never = bridge.toHost(realm.run('new Promise(() => {})'));
  const message = await never.catch((error: unknown) => error);
  expect(message).toMatchObject({ code: 'ERR_WAYBILL_GUEST_NEVER_SETTLES' });
  void bridge.toHost(realm.run('({ then() {} })')).catch(() => undefined);
  await expect(bridge.drain()).resolves.toBe('stuck');
  // The realm goes on.
  await expect(realm.value('return 1')).resolves.toBe(1);
});

test('a promise that something under way may settle is waited for', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  realm.give({ later: bridge.toGuest(delay(20, 'of the host')) });
  await expect(realm.value('return later')).resolves.toBe('of the host');
  realm.run('globalThis.own = Promise.withResolvers()');
  const held = bridge.hold();
  setTimeout(() => {
    (realm.run('own.resolve') as (value: string) => void)('of a timer');
    held[Symbol.dispose]();
    held[Symbol.dispose]();
  }, 20);
  await expect(realm.value('return own.promise')).resolves.toBe('of a timer');
});

test('a guest without a limit is drained all the same', async () => {
  using realm = new TestRealm({ drainTimeoutMs: Number.POSITIVE_INFINITY });
  await expect(realm.value('await null; return 1')).resolves.toBe(1);
});

test('a guest and a host that answer each other without end leave the event loop its turns', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  let answers = 0;
  let isOver = false;
  realm.give({
    ask: () => {
      answers += 1;
      return bridge.toGuest(Promise.resolve(isOver));
    },
  });
  const value = realm.value('while (!(await ask()));');
  for (let turns = 0; turns < 20; turns++) await turn();
  isOver = true;
  await value;
  expect(answers).toBeGreaterThan(1);
});

test('to cut off a guest does not end a process that traces its async resources', async () => {
  const ended = await runHere(`
    import { createHook, executionAsyncId } from 'node:async_hooks';
    import { setImmediate as turn } from 'node:timers/promises';
    import { TestRealm } from './realm.fixture.ts';
    createHook({ init() {}, before() {}, after() {} }).enable();
    for (let count = 0; count < 3; count++) {
      using realm = new TestRealm({ drainTimeoutMs: 20 });
      await realm.value('await null; for (;;) await null').catch((error) => console.log(error.code));
      await turn();
    }
    process.on('uncaughtException', (error) => console.log(error.message));
    setTimeout(() => { throw new Error('of the host'); });
  `);
  const code = 'ERR_WAYBILL_GUEST_CPU_LIMIT';
  expect(ended.stdout.trim().split('\n')).toEqual([code, code, code, 'of the host']);
  expect(ended.code).toBe(0);
}, 60_000);
