import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { createContext } from 'node:vm';
import { deferred, leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openRealmBridge } from './realm-bridge.ts';
import { TestRealm } from './realm.fixture.ts';

const wasmText = 'new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])';

test('a host awaits a promise of the realm, settled already or later', async () => {
  using realm = new TestRealm();
  await expect(realm.bridge.toHost(realm.run('Promise.resolve(42)'))).resolves.toBe(42);
  await expect(realm.value('await null; await null; return "later"')).resolves.toBe('later');
  await expect(realm.bridge.toHost('no promise')).resolves.toBe('no promise');
});

test('Promise.all and Promise.race of the host settle with promises of the realm', async () => {
  using realm = new TestRealm();
  const [one, two] = [realm.value('return 1'), realm.value('await null; return 2')];
  await expect(Promise.all([one, two])).resolves.toEqual([1, 2]);
  const race = [realm.value('await new Promise(() => {})'), realm.value('return "won"')];
  await expect(Promise.race(race)).resolves.toBe('won');
  await expect(race[0]).rejects.toThrow('never settle');
});

test('an async function of the host returns, and a promise is resolved with, one of the realm', async () => {
  using realm = new TestRealm();
  const returned = async (): Promise<unknown> => realm.value('return 1');
  const resolved = new Promise((resolve) => {
    resolve(realm.value('return 2'));
  });
  expect([await returned(), await resolved]).toEqual([1, 2]);
});

test('for await of the host takes the steps of an async generator of the realm', async () => {
  using realm = new TestRealm();
  realm.run('globalThis.steps = (async function* () { yield 1; await null; yield 2; })()');
  async function* steps(): AsyncGenerator {
    for (;;) {
      const step = await realm.bridge.toHost(realm.run('steps.next()'));
      const { value, done } = step as IteratorResult<unknown>;
      if (done === true) return;
      yield value;
    }
  }
  const seen: unknown[] = [];
  for await (const value of steps()) seen.push(value);
  expect(seen).toEqual([1, 2]);
});

test('a thenable of the realm settles as a promise does', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  await expect(bridge.toHost(realm.run('({ then: (ok) => ok([7]) })'))).resolves.toEqual([7]);
  const failing = realm.run('({ then() { throw new RangeError("far"); } })');
  await expect(bridge.toHost(failing)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_GUEST_THREW',
    details: { name: 'RangeError', message: 'far' },
  });
  const odd = realm.run('class Sub extends Promise {}; Sub.resolve("of a subclass")');
  await expect(bridge.toHost(odd)).resolves.toBe('of a subclass');
});

test('a guest awaits a promise of the host, settled already or later', async () => {
  using realm = new TestRealm();
  const later = deferred<unknown>();
  const { bridge } = realm;
  realm.give({ now: bridge.toGuest(Promise.resolve(1)), later: bridge.toGuest(later.promise) });
  const value = realm.value('return [await now, await later, await Promise.all([now, later])]');
  await turn();
  later.resolve(new Map([['a', new Date(5)]]));
  const map = new Map([['a', new Date(5)]]);
  await expect(value).resolves.toStrictEqual([1, map, [1, map]]);
});

test('a guest races, returns and chains a promise of the host', async () => {
  using realm = new TestRealm();
  const later = deferred<string>();
  realm.give({ later: realm.bridge.toGuest(later.promise) });
  const values = [
    realm.value('return later'),
    realm.value('return Promise.race([later, new Promise(() => {})])'),
    realm.value('return later.then((x) => x + "!")'),
    realm.value('for await (const x of [later]) return x'),
    realm.value('return { then: (ok) => ok(later) }'),
  ];
  later.resolve('now');
  await expect(Promise.all(values)).resolves.toEqual(['now', 'now', 'now!', 'now', 'now']);
});

test('a guest goes on when its host calls a resolver of its own and drains', async () => {
  using realm = new TestRealm();
  realm.run('globalThis.own = Promise.withResolvers()');
  using held = realm.bridge.hold();
  const value = realm.value('return await own.promise + 1');
  await expect(realm.bridge.drain()).resolves.toBe('waiting');
  (realm.run('own.resolve') as (value: number) => void)(1);
  await expect(realm.bridge.drain()).resolves.toBe('idle');
  await expect(value).resolves.toBe(2);
  expect(held).toBeDefined();
});

test('what an evaluation by hand settles reaches the host without a drain', async () => {
  using realm = new TestRealm();
  realm.run('globalThis.own = Promise.withResolvers()');
  using held = realm.bridge.hold();
  const value = realm.value('return own.promise');
  await realm.bridge.drain();
  realm.run('own.resolve(3)');
  await expect(value).resolves.toBe(3);
  expect(held).toBeDefined();
});

test('an error of a guest comes out as words, and its stack shows the guest', async () => {
  using realm = new TestRealm();
  const error = await realm.error(
    'const e = new RangeError("far", { cause: new Error("near") }); e.code = "E1"; throw e',
  );
  expect(error).toMatchObject({
    code: 'ERR_WAYBILL_GUEST_THREW',
    details: { name: 'RangeError', message: 'far', code: 'E1' },
    cause: { message: 'near' },
    stackOf: { guest: expect.stringContaining('guest.js') },
  });
  await expect(realm.error('throw 5')).resolves.toMatchObject({
    details: { message: 'threw 5 (number, no Error)' },
  });
});

test('an error of the host comes back as itself where the guest lets it through', async () => {
  using realm = new TestRealm();
  const failure = Object.assign(new RangeError('far'), { code: 'E2' });
  realm.give({ failed: realm.bridge.toGuest(Promise.reject(failure)) });
  const seen = realm.value(
    'try { await failed } catch (e) { return [e instanceof Error, e.name, e.message, e.code, e.stack] }',
  );
  await expect(seen).resolves.toEqual([true, 'RangeError', 'far', 'E2', 'RangeError: far']);
  const error = await realm.error('await failed');
  expect(error).toMatchObject({ code: 'ERR_WAYBILL_HOST_FUNCTION_THREW' });
  expect(error.cause).toBe(failure);
});

test('what cannot cross is refused on the side where it stands', async () => {
  using realm = new TestRealm({ valueBytes: 300, depth: 3 });
  const code = async (body: string): Promise<string> => (await realm.error(body)).code;
  await expect(code('return { fn() {} }')).resolves.toBe('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE');
  await expect(code('return new Proxy({}, {})')).resolves.toContain('NOT_CARRIABLE');
  await expect(code('return [[[[]]]]')).resolves.toContain('NOT_CARRIABLE');
  await expect(code('return "x".repeat(400)')).resolves.toBe('ERR_WAYBILL_GUEST_RESULT_TOO_LARGE');
  const { bridge } = realm;
  const ofGuest = realm.run('({ get a() { throw new Error("was read by the host"); } })');
  realm.give({
    fn: bridge.toGuest(Promise.resolve(() => 1)),
    long: bridge.toGuest(Promise.resolve('x'.repeat(400))),
    own: bridge.toGuest(Promise.resolve({ ofGuest })),
  });
  const seen = ['fn', 'long', 'own'].map((name) =>
    realm.value(`return ${name}.catch((e) => e.code + e.message)`),
  );
  const [fn, long, own] = (await Promise.all(seen)) as [string, string, string];
  expect(fn).toContain('ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE');
  expect(long).toContain('ERR_WAYBILL_HOST_RESULT_TOO_LARGE');
  await expect(code('await fn')).resolves.toBe('ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE');
  expect(own).toContain('$.ofGuest: a Proxy, or an object of the guest');
});

test('WebAssembly that the engine compiles in the background reaches a waiting guest', async () => {
  using realm = new TestRealm();
  const compiled = realm.value(`
    const module = await WebAssembly.compile(${wasmText});
    const { instance } = await WebAssembly.instantiate(${wasmText});
    const other = await WebAssembly.instantiate(module);
    return [module, instance, other].map(String)`);
  const of = (name: string): string => `[object WebAssembly.${name}]`;
  await expect(compiled).resolves.toEqual([of('Module'), of('Instance'), of('Instance')]);
  await expect(realm.error('await WebAssembly.compile(new Uint8Array(1))')).resolves.toMatchObject({
    details: { name: 'CompileError' },
  });
});

test('a guest that waits for shared memory goes on when it is woken', async () => {
  using realm = new TestRealm();
  const value = realm.value(`
    const cell = new Int32Array(new SharedArrayBuffer(4));
    return Atomics.waitAsync(cell, 0, 0, 5).value`);
  await expect(value).resolves.toBe('timed-out');
});

test('a hundred promises cross at once in both directions', async () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  const all = Array.from({ length: 100 }, (_, index) => {
    realm.give({ each: bridge.toGuest(delay(index % 5, index)) });
    return realm.value('const mine = each; return await mine + 1');
  });
  await expect(Promise.all(all)).resolves.toEqual(all.map((_, index) => index + 1));
});

test('a bridge is refused for a context that shares the microtask queue, and for bad numbers', () => {
  const code = 'ERR_WAYBILL_INVALID_OPTIONS';
  expect(() => openRealmBridge(createContext())).toThrow(expect.objectContaining({ code }));
  const shadowed = createContext({ Promise }, { microtaskMode: 'afterEvaluate' });
  expect(() => openRealmBridge(shadowed)).toThrow("Promise is the engine's own");
  for (const options of [{ drainTimeoutMs: 0 }, { valueBytes: 1.5 }, { depth: Number.NaN }]) {
    expect(() => new TestRealm(options)).toThrow(expect.objectContaining({ code }));
  }
});

test('objects of the wrong side are refused', () => {
  using realm = new TestRealm();
  const { bridge } = realm;
  expect(() => bridge.toHost(Promise.resolve())).toThrow('a value of the realm');
  const inner = realm.run('Promise.resolve()') as Promise<unknown>;
  expect(() => bridge.toGuest(inner)).toThrow('a promise of the host');
  const fake = Object.create(Promise.prototype) as Promise<unknown>;
  expect(() => bridge.toGuest(fake)).toThrow('a promise of the host');
});

test('a context made of an object of the host is bridged as well', async () => {
  await using _leaks = leakCheck();
  const context = createContext({ given: 1 }, { microtaskMode: 'afterEvaluate' });
  using bridge = openRealmBridge(context);
  Object.assign(context, { later: bridge.toGuest(delay(1, 'later')) });
  const { runInContext } = await import('node:vm');
  const inner: unknown = runInContext('(async () => [given, await later])()', context);
  await expect(bridge.toHost(inner)).resolves.toEqual([1, 'later']);
});
