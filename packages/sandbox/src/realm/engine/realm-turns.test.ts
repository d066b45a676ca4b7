import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from '../../guest.fixture.ts';

const host = {
  echo: (value: unknown) => value,
  never: () => new Promise(() => {}),
};

test('a guest runs to its next await before anything else of the realm does', async () => {
  const release = deferred();
  await using guest = new TestIsolate({
    engine: 'realm',
    host: { ...host, gate: () => release.promise },
  });
  const realm = await guest.warm(`
    const order = [];
    export default async (name, { host }) => {
      await host.gate();
      for (let step = 0; step < 3; step++) {
        order.push(name + step);
        queueMicrotask(() => order.push(name + 'micro'));
        // Everything here enters the kit, and asks the host for something.
        console.log(name);
        void host.gate();
        setTimeout(() => order.push(name + 'timer'), 0);
        try { host.nothing; } catch (error) { order.push(name + 'caught'); order.pop(); }
        order.push(name + step);
        await null;
      }
      return order.splice(0);
    }`);
  const jobs = ['a', 'b'].map((input) => guest.start(realm, undefined, { input }));
  release.resolve();
  const orders = await Promise.all(jobs.map((job) => guest.ended(job)));
  const order = orders.flatMap(({ value }) => value as string[]);
  for (const name of ['a0', 'a1', 'a2', 'b0', 'b1', 'b2']) {
    expect(order.lastIndexOf(name)).toBe(order.indexOf(name) + 1);
  }
  expect(order.filter((each) => each.endsWith('micro'))).toHaveLength(6);
});

test('a turn that is cut off takes its realm along, and no other realm of the tenant', async () => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const shared = await guest.warm(
    'export default async (spins, { host }) => { if (!spins) return host.never(); await null; for (;;) await null; }',
  );
  const besideIt = guest.start(
    await guest.isolate.openRealm(),
    'export default (_, { host }) => host.echo(1)',
  );
  const innocent = guest.start(shared, undefined, { input: false });
  const culprit = guest.start(shared, undefined, { input: true, limits: { cpuMs: 50 } });
  expect((await guest.ended(culprit)).code).toMatch(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/);
  expect((await guest.ended(innocent)).code).toBe('ERR_WAYBILL_ISOLATE_LOST');
  expect((await guest.ended(besideIt)).value).toBe(1);
  expect(await guest.value('export default () => 2')).toBe(2);
  const after = guest.start(shared, undefined, { input: false });
  expect((await guest.ended(after)).code).toBe('ERR_WAYBILL_ISOLATE_LOST');
});

test.each([
  ['in its entry', 'export default () => { for (;;); }'],
  ['after an await', 'export default async () => { await null; for (;;); }'],
  ['in microtasks without end', 'export default async () => { for (;;) await null; }'],
  ['at the top of its module', 'for (;;); export default () => 1'],
  ['in a timer', 'export default () => new Promise(() => { setTimeout(() => { for (;;); }, 1); })'],
  ['in a callback of the host', 'export default (_, { host }) => host.call(() => { for (;;); })'],
  ['in a getter of its result', 'export default () => ({ get a() { for (;;); } })'],
  ['in a thenable', 'export default () => ({ then() { for (;;); } })'],
  [
    'in the reason of a stray rejection',
    'export default () => { void Promise.reject({ get message() { for (;;); } }); return new Promise((done) => { setTimeout(done, 1e6); }); }',
  ],
])('a guest that loops %s is cut off', async (_where, source) => {
  const call = (fn: () => Promise<unknown>): Promise<unknown> => fn();
  await using guest = new TestIsolate({ engine: 'realm', host: { ...host, call } });
  const { code, job } = await guest.run(source, { limits: { cpuMs: 50 } });
  expect(code).toMatch(/GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/);
  expect(job.cutBy).toBe('interrupt');
});

test('a stray rejection is a line in the log of the job in whose turn it happened, and of no other', async () => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const realm = await guest.warm(`export default async (name, { host }) => {
    for (let step = 0; step < 3; step++) {
      void Promise.reject(new TypeError('left by ' + name + step));
      await host.echo(1);
    }
    return name;
  }`);
  const jobs = ['a', 'b', 'c'].map((input) => guest.start(realm, undefined, { input }));
  for (const { value, logs } of await Promise.all(jobs.map((job) => guest.ended(job)))) {
    const expected = [0, 1, 2].map(
      (step) => `uncaught in promise: TypeError: left by ${String(value)}${step}`,
    );
    expect(logs).toEqual(expected);
  }
});

test('a rejection that is handled in time is nobody’s stray', async () => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const { logs } = await guest.run(`export default async (_, { host }) => {
    const failed = Promise.reject(new Error('handled'));
    await failed.catch(() => {});
    await Promise.allSettled([Promise.reject(1), host.echo(1)]);
  }`);
  expect(logs).toEqual([]);
});

test('computing time is that of the guest: a thousand turns of nothing are billed little', async () => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const { job, value } = await guest.run(
    'export default async (_, { host }) => { for (let i = 0; i < 1000; i++) await host.echo(i); return 1; }',
    { limits: { wallMs: 20_000, cpuMs: 20_000 } },
  );
  expect(value).toBe(1);
  // What the limits of a thousand turns cost would be as much again, on an idle machine.
  expect(job.usage().cpuMs).toBeLessThan(2_000);
});

test('realms that are closed or lost leave nothing behind', async () => {
  await using _leaks = leakCheck();
  const listenersBefore = process.listenerCount('unhandledRejection');
  await using guest = new TestIsolate({ engine: 'realm', host });
  for (let index = 0; index < 50; index++)
    await guest.value('export default (i, { host }) => host.echo(1)');
  const waiting = guest.start(
    await guest.isolate.openRealm(),
    'export default (_, { host }) => host.never()',
  );
  await guest.isolate.dispose();
  expect((await guest.ended(waiting)).code).toBe('ERR_WAYBILL_ISOLATE_LOST');
  await expect(guest.isolate.openRealm()).rejects.toMatchObject({
    code: 'ERR_WAYBILL_ISOLATE_LOST',
  });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(process.listenerCount('unhandledRejection')).toBeLessThanOrEqual(listenersBefore);
});

test.each([
  'log("x")',
  'console.log("x")',
  'setTimeout(() => {}, 1e6)',
  'host.echo(1).catch(() => {})',
])('a guest that has no stack left for %s is heard all the same afterwards', async (call) => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const realm = await guest.warm(`export default async (deep, { host, log }) => {
      if (!deep) return host.echo(7);
      for (let size = 0; size < 24; size++) {
        let left = 6;
        const dive = (...args) => {
          try { dive(...args); } catch { /* the end of the stack */ }
          if (left-- > 0) try { ${call}; } catch { /* there was none left for this */ }
        };
        try { dive(...Array.from({ length: size })); } catch { /* nor for the first */ }
      }
      return host.echo(8).catch(() => 8);
    }`);
  const limits = { cpuMs: 10_000, wallMs: 10_000, concurrentHostCalls: 1_024, timers: 1_024 };
  const deep = await guest.ended(guest.start(realm, undefined, { input: true, limits }));
  expect(deep.value).toBe(8);
  const after = await guest.ended(guest.start(realm, undefined, { input: false }));
  expect(after.value).toBe(7);
});

test('a flood of stray rejections, or of promises with endless prototypes, holds up nobody', async () => {
  await using guest = new TestIsolate({ engine: 'realm', host });
  const floods = [
    'for (let count = 0; count < 20_000; count++) void Promise.reject(count);',
    `const far = {};
     for (let count = 0; count < 500; count++) Object.setPrototypeOf(Promise.reject(count), far);
     let top = far;
     for (let count = 0; count < 20_000; count++) { const next = {}; Object.setPrototypeOf(top, next); top = next; }`,
  ];
  for (const flood of floods) {
    const startMs = performance.now();
    const source = `export default async (_, { host }) => { ${flood} return host.echo(1); }`;
    const { value, logs } = await guest.run(source, { limits: { cpuMs: 20_000, wallMs: 20_000 } });
    expect(value).toBe(1);
    expect(logs.length).toBeLessThanOrEqual(16);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  }
});
