import { makeError } from '@waybill/protocol';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';
import type { AddonIsolate } from './addon-isolate.ts';
import { CodeCache } from './code-cache.ts';
import { TurnGate } from './turn-gate.ts';

const large = `const words = ${JSON.stringify('x'.repeat(3_000))}; export default () => words.length;`;

test('a stray rejection left by one job fails no other, whatever its message says', async () => {
  await using guest = new TestIsolate();
  const messages = [
    'stray',
    'Script execution timed out.',
    'Isolate was disposed during execution due to memory limit',
    'Isolate is disposed',
  ];
  for (const message of messages) {
    const error = `Object.assign(new Error(${JSON.stringify(message)}), { code: 'E' })`;
    const left = await guest.run(
      `export default () => { Promise.reject(${error}); return 'left'; }`,
    );
    expect(left.value).toBe('left');
    expect(left.job.cutBy).toBeUndefined();
    expect(await guest.value('export default () => 2')).toBe(2);
  }
  expect(guest.isolate.state).toBe('open');
});

test('stray rejections with getters that throw or lie fail no other job', async () => {
  await using guest = new TestIsolate();
  await guest.run(
    'export default () => { for (let i = 0; i < 50; i++) Promise.reject({ get message() { throw 1; }, get stack() { throw 2; } }); }',
  );
  expect(await guest.value('export default () => 2')).toBe(2);
});

// Where the machine is busy, a guest is cut off before it had what it may have, and told so.
const cutOff = /GUEST_CPU_LIMIT|WORKER_UNRESPONSIVE/;

test('microtasks that a guest leaves behind when it is cut off hold up nobody', async () => {
  await using guest = new TestIsolate();
  const source = 'export default () => { Promise.resolve().then(() => { for (;;); }); for (;;); }';
  const limits = { cpuMs: 100 };
  expect((await guest.run(source, { limits })).code).toMatch(cutOff);
  expect(await guest.value('export default () => 1', { limits })).toBe(1);
  const realm = await guest.isolate.openRealm();
  const looping = guest.start(realm, source, { limits });
  // Work of ours that is queued right behind the turn that is cut off.
  const opened = await guest.isolate.openRealm();
  expect((await guest.ended(looping)).code).toMatch(cutOff);
  expect((await guest.ended(guest.start(opened, 'export default () => 2'))).value).toBe(2);
});

test('what a cut-off guest leaves behind holds up no work of ours that stands right behind its turn', async () => {
  await using guest = new TestIsolate();
  const source = `export default async (_, { log }) => {
    log('begun');
    for (let count = 0; count < 5; count++) Promise.resolve().then(() => { for (;;); });
    for (;;);
  }`;
  for (let round = 0; round < 5; round++) {
    const realm = await guest.isolate.openRealm();
    const begun = deferred();
    const onLog = (): void => begun.resolve();
    const looping = guest.start(realm, source, { limits: { cpuMs: 100 }, onLog });
    await begun.promise;
    const [opened, bytes] = await Promise.all([
      guest.isolate.openRealm(),
      guest.isolate.usedBytes(),
    ]);
    expect(bytes).toBeGreaterThan(0);
    expect((await guest.ended(looping)).job.cutBy).toBe('interrupt');
    expect((await guest.ended(guest.start(opened, 'export default () => 2'))).value).toBe(2);
  }
});

test('a turn that begins just after a realm was asked for cannot hold it up', async () => {
  await using guest = new TestIsolate();
  const realm = await guest.warm(`export default (input, { log }) => {
    if (input !== 'flood') { log('begun'); for (const end = Date.now() + 50; Date.now() < end;); return; }
    for (let count = 0; count < 5; count++) Promise.resolve().then(() => { for (;;); });
    for (;;);
  }`);
  // Whatever work of ours waits for by itself, a guest may use.
  for (const ticks of [0, 1, 2]) {
    const begun = deferred();
    const onLog = (): void => begun.resolve();
    const busy = guest.start(realm, undefined, { onLog });
    await begun.promise;
    const opening = guest.isolate.openRealm();
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    const flooding = guest.start(realm, undefined, { input: 'flood', limits: { cpuMs: 50 } });
    const opened = await opening;
    expect((await guest.ended(busy)).code).toBeUndefined();
    expect((await guest.ended(flooding)).job.cutBy).toBe('interrupt');
    expect((await guest.ended(guest.start(opened, 'export default () => 2'))).value).toBe(2);
  }
});

test('compiled code serves later isolates of the same tenant and never another tenant', async () => {
  using codeCache = new CodeCache();
  // The kit's code, which is nobody's, counts as well.
  for (const [tenant, size] of [
    ['a', 2],
    ['a', 2],
    ['b', 3],
    ['b', 3],
  ] as const) {
    await using guest = new TestIsolate({ codeCache, tenant });
    expect(await guest.value(large)).toBe(3_000);
    expect(codeCache.size).toBe(size);
  }
  await using guest = new TestIsolate({ codeCache, tenant: 'a' });
  await guest.value('export default () => 1');
  expect(codeCache.size).toBe(3);
});

test('a code cache keeps what was used last', async () => {
  // Room for one such module.
  using codeCache = new CodeCache(4_000);
  await using guest = new TestIsolate({ codeCache });
  await guest.value(large);
  await guest.value(large.replace('length', 'length + 1'));
  expect(codeCache.size).toBe(1);
});

test('an isolate belongs to the tenant that it was given to, for good', async () => {
  await using guest = new TestIsolate({ tenant: 'a' });
  guest.isolate.adopt('a');
  expect(() => guest.isolate.adopt('b')).toThrow('second tenant');
});

test('disposing an isolate while turns run and wait settles every job', async () => {
  await using _leaks = leakCheck();
  await using guest = new TestIsolate({ host: { started: () => {} }, gate: new TurnGate(1) });
  const started = deferred();
  const realm = await guest.isolate.openRealm();
  const others = await Promise.all(Array.from({ length: 5 }, () => guest.isolate.openRealm()));
  const running = guest.start(
    realm,
    'export default async (input, { host }) => { host.started(); for (;;); }',
    { host: { started: () => started.resolve() }, limits: { cpuMs: 20_000, wallMs: 20_000 } },
  );
  const waiting = others.map((own) => guest.start(own, 'export default () => 1'));
  const disposed = started.promise.then(() => guest.isolate.dispose());
  const codes = await Promise.all([running, ...waiting].map((job) => guest.ended(job)));
  await disposed;
  for (const { code, value } of codes) {
    expect(code === 'ERR_WAYBILL_ISOLATE_LOST' || value === 1).toBe(true);
  }
  expect(codes[0]?.code).toBe('ERR_WAYBILL_ISOLATE_LOST');
  expect([guest.isolate.state, (guest.isolate as AddonIsolate).turnCount]).toEqual(['disposed', 0]);
  await guest.isolate.dispose();
});

test('a job that is stopped while its program compiles settles once and leaves nothing', async () => {
  await using _leaks = leakCheck();
  await using guest = new TestIsolate();
  const realm = await guest.isolate.openRealm();
  const job = guest.start(realm, large);
  job.stop(makeError('ERR_WAYBILL_CANCELLED', 'stopped at once'));
  expect((await guest.ended(job)).code).toBe('ERR_WAYBILL_CANCELLED');
  realm.close();
  await job.idle();
  expect(job.cutBy).toBeUndefined();
  expect(await guest.value('export default () => 1')).toBe(1);
});

test('closing a realm twice, and jobs in a closed realm, are harmless', async () => {
  await using guest = new TestIsolate();
  const realm = await guest.isolate.openRealm();
  realm.close();
  realm.close();
  const { code } = await guest.ended(guest.start(realm, 'export default () => 1'));
  expect(code).toBe('ERR_WAYBILL_ISOLATE_LOST');
});

test('a job pays for its own computing and not for what others compute in its isolate', async () => {
  await using guest = new TestIsolate({ gate: new TurnGate(1) });
  const busy = 'export default () => { const end = Date.now() + 150; while (Date.now() < end); }';
  const jobs = await Promise.all(
    [busy, 'export default () => 1', busy].map(async (source) => {
      const realm = await guest.isolate.openRealm();
      return guest.start(realm, source);
    }),
  );
  await Promise.all(jobs.map((job) => job.settled));
  await Promise.all(jobs.map((job) => job.idle()));
  const [first = 0, idle = 0, second = 0] = jobs.map((job) => job.usage().cpuMs);
  expect(Math.min(first, second)).toBeGreaterThan(2 * idle);
  expect(idle).toBeLessThan(50);
});

test('heap in use is told in bytes, and is an error once the isolate is gone', async () => {
  await using guest = new TestIsolate();
  expect(await guest.isolate.usedBytes()).toBeGreaterThan(100_000);
  await guest.isolate.dispose();
  await expect(guest.isolate.usedBytes()).rejects.toThrow('disposed');
});

test('many different programs leave no more in a heap than the last few', async () => {
  await using guest = new TestIsolate();
  const runMany = async (from: number): Promise<number> => {
    for (let index = from; index < from + 300; index++) {
      await guest.value(
        `const part = ${JSON.stringify('y'.repeat(4_000))}; export default () => ${index}`,
      );
    }
    return guest.isolate.usedBytes();
  };
  const afterSome = await runMany(0);
  const afterMore = await runMany(300);
  // Realms that were kept would take ten times that.
  expect(afterMore - afterSome).toBeLessThan(16 * 2 ** 20);
});
