import { expect, test, vi } from 'vitest';
import { runHere } from './realm.fixture.ts';

// Each test starts processes, which takes its time where others do the same.
vi.setConfig({ testTimeout: 60_000 });

// Each in a process of its own: the test runner listens for unhandled rejections itself.
const prologue = `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { setImmediate as turn } from 'node:timers/promises';
  import { TestRealm } from './realm.fixture.ts';
  const tenant = new AsyncLocalStorage();
  const report = (name) => ({ onStrayRejection: (error) => console.log(name, tenant.getStore() ?? 'nobody', error.code, error.message) });
`;

async function lines(body: string, nodeArgs: readonly string[] = []): Promise<string[]> {
  const { stdout, stderr, code } = await runHere(prologue + body, nodeArgs);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim().split('\n');
}

test('a stray rejection of a guest is reported to its realm, in the context in which it happened', async () => {
  const printed = await lines(`
    using one = new TestRealm(report('one'));
    using two = new TestRealm(report('two'));
    const lose = (realm, what) => realm.value('await null; Promise.reject(new RangeError("' + what + '"))');
    await Promise.all([
      tenant.run('acme', () => lose(one, 'a')),
      tenant.run('bolt', () => lose(two, 'b')),
      tenant.run('acme', () => lose(two, 'c')),
    ]);
    one.run('Promise.reject("by hand")');
    await one.bridge.drain();
    await turn();
    await one.bridge.drain();
  `);
  const threw = 'ERR_WAYBILL_GUEST_THREW the guest threw';
  expect(printed.toSorted()).toEqual([
    `one acme ${threw} RangeError: a`,
    `one nobody ${threw} Error: threw by hand (string, no Error)`,
    `two acme ${threw} RangeError: c`,
    `two bolt ${threw} RangeError: b`,
  ]);
});

test('what the host awaits is no stray rejection, whatever the guest made of its promise', async () => {
  const printed = await lines(`
    process.on('warning', (warning) => console.log(warning.name));
    using realm = new TestRealm(report('stray'));
    const rejected = ['Promise.reject(1)', 'Object.freeze(Promise.reject(1))',
      'Object.assign(Promise.reject(1), { constructor: 1 })', 'class Sub extends Promise {}; Sub.reject(1)'];
    for (const source of rejected) {
      await realm.bridge.toHost(realm.run(source)).catch((error) => console.log(error.code));
    }
    const inner = realm.bridge.toGuest(Promise.reject(new Error('of the host')));
    await realm.bridge.toHost(inner).catch((error) => console.log(error.code));
  `);
  const threw = 'ERR_WAYBILL_GUEST_THREW';
  const expected = [threw, threw, threw, threw, 'ERR_WAYBILL_HOST_FUNCTION_THREW'];
  expect(printed).toEqual(expected);
});

test('a rejection that is handled late is no warning where it is a guest’s, and is one where it is the host’s', async () => {
  const printed = await lines(`
    process.on('warning', (warning) => console.log(warning.name));
    process.on('unhandledRejection', (reason) => console.log('unhandled', typeof reason));
    using realm = new TestRealm(report('stray'));
    await realm.value('const late = Promise.reject(new Error("late")); globalThis.late = late;');
    await turn();
    await realm.value('late.catch(() => {})');
    await turn();
    const late = Promise.reject(new Error('of the host'));
    await turn();
    late.catch(() => {});
    await turn();
  `);
  expect(printed).toEqual([
    'unhandled object',
    'stray nobody ERR_WAYBILL_GUEST_THREW the guest threw Error: late',
    'unhandled object',
    'PromiseRejectionHandledWarning',
  ]);
});

test('a rejected promise that was given another prototype in a drain does not end the process', async () => {
  const printed = await lines(`
    using realm = new TestRealm(report('stray'));
    await realm.value('await null; Object.setPrototypeOf(Promise.reject(new Error("hidden")), null)').catch(() => {});
    await turn();
    await realm.bridge.drain();
    await turn();
  `);
  expect(printed).toEqual(['stray nobody ERR_WAYBILL_GUEST_THREW the guest threw Error: hidden']);
});

test('a rejection behind which its realm goes away is reported without its reason', async () => {
  const printed = await lines(`
    using cut = new TestRealm({ ...report('cut'), drainTimeoutMs: 200 });
    await cut.value('await null; Promise.reject(1); for (;;);').catch((error) => console.log(error.code));
    const gone = new TestRealm(report('gone'));
    await gone.value('await null; Promise.reject(1);');
    gone.bridge.dispose();
    await turn();
    await turn();
    console.log(process.listenerCount('unhandledRejection'));
  `);
  const words = 'a promise of the guest was rejected and nobody handled it; its realm is gone';
  expect(printed).toEqual([
    'ERR_WAYBILL_GUEST_CPU_LIMIT',
    `cut nobody ERR_WAYBILL_GUEST_THREW ${words}`,
    `gone nobody ERR_WAYBILL_GUEST_THREW ${words}`,
    '0',
  ]);
});

test('without a callback a stray rejection is a warning', async () => {
  const printed = await lines(`
    process.on('warning', (warning) => console.log(warning.name, warning.code, warning.message));
    using realm = new TestRealm();
    realm.run('Promise.reject(new Error("lost"))');
    await turn();
    await realm.bridge.drain();
    await turn();
  `);
  const words = 'nobody handled a rejected promise of a guest: the guest threw Error: lost';
  expect(printed).toEqual([`WaybillWarning ERR_WAYBILL_GUEST_THREW ${words}`]);
});

test('an unhandled rejection of the host ends the process as Node would have it, realm or none', async () => {
  const body = `
    using realm = new TestRealm(report('stray'));
    Promise.reject(new RangeError('of the host'));
    setTimeout(() => console.log('alive'), 20);
    await realm.value('await null');
  `;
  const dead = await runHere(prologue + body);
  expect(dead.code).toBe(1);
  expect(dead.stdout).toBe('');
  expect(dead.stderr).toContain('RangeError: of the host');
  await expect(lines(body, ['--unhandled-rejections=none'])).resolves.toEqual(['alive']);
  await expect(lines(body, ['--unhandled-rejections', 'none'])).resolves.toEqual(['alive']);
  const heard = "process.on('unhandledRejection', (error) => console.log('heard', error.message));";
  await expect(lines(heard + body)).resolves.toEqual(['heard of the host', 'alive']);
});

test('two rejections of the host are both raised', async () => {
  const printed = await lines(`
    process.on('uncaughtException', (error) => console.log(error.message));
    using realm = new TestRealm(report('stray'));
    Promise.reject(new Error('a'));
    Promise.reject(new Error('b'));
    await turn();
  `);
  expect(printed).toEqual(['a', 'b']);
});
