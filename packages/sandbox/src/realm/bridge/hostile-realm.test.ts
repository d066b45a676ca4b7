import { setImmediate as turn } from 'node:timers/promises';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestRealm } from './realm.fixture.ts';

/**
 * Evaluated before the attack: `note(...)` takes what a guest got hold of and keeps the words for what is of another
 * realm, however it was got.
 */
const spy = `
  const { getPrototypeOf } = Object, ObjectOf = Object.prototype;
  globalThis.foreign = [];
  globalThis.noted = 0;
  globalThis.note = (...got) => {
    for (const each of got) {
      if ((typeof each !== 'object' && typeof each !== 'function') || each === null) continue;
      noted += 1;
      let top = each;
      for (let next = each; next !== null; next = getPrototypeOf(next)) top = next;
      if (top !== ObjectOf && top !== each) foreign[foreign.length] = typeof each + ' ' + (each.name ?? '');
    }
  };
  class Spied {
    constructor(run) { note(run, new.target); run((v) => note(v), (v) => note(v)); }
    static get [Symbol.species]() { note(this); return Spied; }
    then(...args) { note(this, ...args); }
  }
  globalThis.Spied = Spied;`;

const attacks: Readonly<Record<string, string>> = {
  'a constructor on the prototype of promises':
    'Object.defineProperty(Promise.prototype, "constructor", { get() { note(this); return Spied; } })',
  'another species':
    'Object.defineProperty(Promise, Symbol.species, { get() { note(this); return Spied; } })',
  'another then for all promises':
    'const { then } = Promise.prototype; Promise.prototype.then = function (...args) { note(this, ...args); return Reflect.apply(then, this, args); }',
  'a then for all objects':
    'Object.defineProperty(Object.prototype, "then", { configurable: true, get() { note(this); } })',
  'setters for all objects':
    'for (const key of ["kind", "id", "text", "bytes", "resolve", "value", "get", "name", "code", "hostCall"]) Object.defineProperty(Object.prototype, key, { __proto__: null, configurable: true, get() { note(this); }, set(v) { note(this, v); Object.defineProperty(this, key, { __proto__: null, value: v, writable: true, enumerable: true, configurable: true }); } })',
  'setters for the items of arrays':
    'for (const key of [0, 1, 2]) Object.defineProperty(Array.prototype, key, { __proto__: null, configurable: true, get() { note(this); }, set(v) { note(this, v); } })',
  'other built-ins': `
    const { apply } = Reflect;
    for (const holder of [Map.prototype, WeakMap.prototype, JSON, Reflect, Object, Function.prototype, String.prototype, Array.prototype, RegExp.prototype]) {
      for (const key of Object.getOwnPropertyNames(holder)) {
        if (key === 'constructor' || key === 'prototype') continue;
        const own = Object.getOwnPropertyDescriptor(holder, key);
        if (typeof own.value !== 'function') continue;
        const was = own.value;
        try { holder[key] = function (...args) { if (armed) note(this, ...args); return apply(was, this, args); }; } catch {}
      }
    }`,
  'another Promise, Map, Error and Uint8Array':
    'globalThis.Promise = Spied; globalThis.Map = Spied; globalThis.Error = Spied; globalThis.Uint8Array = Spied',
  'a formatter of stacks':
    'Error.prepareStackTrace = (error, sites) => { note(error, sites); for (const site of sites) note(site, site.getFunction(), site.getThis()); return ""; }',
};

test('the spy of these tests knows an object of the host when it sees one', () => {
  using realm = new TestRealm();
  realm.run(spy);
  (realm.run('note') as (...got: unknown[]) => void)(
    {},
    () => 1,
    new Error('x'),
    Promise.resolve(),
  );
  expect(realm.run('foreign.length')).toBe(4);
});

test.each(Object.entries(attacks))(
  'a guest gets nothing of the host by %s',
  async (_name, attack) => {
    using realm = new TestRealm();
    const { bridge } = realm;
    const later = deferred<unknown>();
    realm.run(`globalThis.armed = false; ${spy}`);
    realm.give({
      later: bridge.toGuest(later.promise),
      failed: bridge.toGuest(Promise.reject(new RangeError('of the host'))),
    });
    realm.run(`{ ${attack} } armed = true;`);
    const calls = [
      realm.value('const got = await later; note(later, got, got.list); return got.list'),
      realm.value('try { await failed; } catch (e) { note(e, e.stack); return e.message; }'),
      realm.value('const e = new RangeError("mine"); e.stack; throw e').catch(String),
      realm.bridge.toHost(realm.run('(async () => { await null; return [1]; })()')),
    ];
    await turn();
    later.resolve({ list: [1, new Uint8Array([2])] });
    const [list, failure, thrown, last] = await Promise.all(calls);
    expect(realm.run('armed = false; noted > 0')).toBe(true);
    expect(realm.run('foreign.join("|")')).toBe('');
    expect(failure).toBe('of the host');
    expect(thrown).toContain('mine');
    expect(last).toEqual([1]);
    expect(list).toEqual([1, new Uint8Array([2])]);
  },
);

test('thenables of a guest get only functions of their own realm, and settle once', async () => {
  using realm = new TestRealm();
  realm.run(spy);
  const { bridge } = realm;
  const values = [
    '({ then(...args) { note(this, ...args); args[0](1); args[0](2); args[1](3); } })',
    '({ get then() { note(this); return (...args) => { note(...args); args[0](1); throw 2; }; } })',
    'new Proxy({}, { get(...all) { note(...all); return (...args) => { note(...args); args[0](1); }; } })',
    '({ then(ok) { ok({ then(ok) { ok(1); } }); } })',
    'Object.assign(Promise.resolve(1), { then(...args) { note(...args); args[0](5); } })',
    'Object.assign(Promise.resolve(1), { constructor: Spied })',
    'Object.freeze(Promise.resolve(1))',
    'Object.setPrototypeOf(Promise.resolve(1), null)',
  ];
  const settled = await Promise.all(values.map((source) => bridge.toHost(realm.run(source))));
  expect(realm.run('foreign.join("|")')).toBe('');
  expect(settled).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

test('errors with getters, and no errors at all, are read in the guest', async () => {
  using realm = new TestRealm();
  realm.run(spy);
  const thrown = [
    '({ get message() { note(this); return "got"; }, get stack() { throw note; } })',
    '({ name: { toString() { throw 1; } }, message: { [Symbol.toPrimitive](...all) { note(...all); return "got"; } } })',
    'new Proxy(new Error("got"), { get(target, key, receiver) { note(receiver); return target[key]; } })',
    'Object.assign(new Error("got"), { cause: new Proxy({}, { has() { throw 1; } }) })',
    'Object.create(null)',
  ];
  const errors = await Promise.all(thrown.map((source) => realm.error(`throw ${source}`)));
  expect(realm.run('foreign.join("|")')).toBe('');
  for (const error of errors) expect(error.code).toBe('ERR_WAYBILL_GUEST_THREW');
});

// A module whose start function is an import.
const wasmBytes = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 8, 1, 0,
];

const loops: Readonly<Record<string, string>> = {
  'a then that is a getter': '({ get then() { for (;;); } })',
  'a then': '({ then() { for (;;); } })',
  'a trap': 'new Proxy({}, { get() { for (;;); } })',
  'a getter in a value': 'Promise.resolve({ get a() { for (;;); } })',
  'a getter of an error': 'Promise.reject({ get message() { for (;;); } })',
  'a constructor':
    'Object.defineProperty(Promise.resolve(), "constructor", { get() { for (;;); } })',
  'a start function of WebAssembly':
    'WebAssembly.instantiate(new Uint8Array(wasmBytes), { m: { f() { for (;;); } } })',
  'microtasks without end': '({ then(ok) { (async () => { for (;;) await null; })(); } })',
  'a then for all objects':
    '(Object.defineProperty(Object.prototype, "then", { get() { for (;;); } }), given)',
};

test.each(Object.entries(loops))('a guest that loops in %s is cut off', async (_name, source) => {
  using realm = new TestRealm({ drainTimeoutMs: 30 });
  const later = deferred<unknown>();
  realm.give({ given: realm.bridge.toGuest(later.promise) });
  realm.run(`globalThis.wasmBytes = [${wasmBytes.join()}]`);
  const value = realm.bridge.toHost(realm.run(source));
  later.resolve({});
  await expect(value).rejects.toMatchObject({ code: 'ERR_WAYBILL_GUEST_CPU_LIMIT' });
});

test('a getter that overflows the stack while it is read is an error of the guest', async () => {
  using realm = new TestRealm();
  const error = await realm.error(
    'const deep = () => deep(); return { get a() { return deep(); } }',
  );
  expect(error).toMatchObject({ details: { name: 'RangeError' } });
});

test('what would have the engine run guest code, or meet the host, outside of drains is gone', () => {
  using realm = new TestRealm();
  expect(
    realm.run('[typeof FinalizationRegistry, typeof WebAssembly.compileStreaming].join()'),
  ).toBe('undefined,undefined');
});
