import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';

/**
 * Replaces everything of the realm that can be replaced by spies, and puts traps where a lookup on a prototype would
 * find them. What the spies are given while a later job runs is what the kit gives away.
 */
const poison = `
  const { warn } = console;
  const [set, clear, micro] = [setTimeout, clearTimeout, queueMicrotask];
  const bytes = new Uint8Array(1_100).fill(7);
  const spied = [];
  const seen = new Set();
  const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  let armed = false;
  const note = (what) => { if (armed) defineProperty(spied, spied.length, { __proto__: null, value: what, enumerable: true, configurable: true, writable: true }); };
  function spy(name, fn) {
    const made = function (...args) { note(name); return new.target ? Reflect.construct(fn, args, new.target === made ? fn : new.target) : apply(fn, this, args); };
    try { defineProperty(made, 'prototype', { value: fn.prototype }); } catch {}
    return made;
  }
  function walk(holder, path) {
    if (seen.has(holder) || path.length > 6) return;
    seen.add(holder);
    for (const key of ownKeys(holder)) {
      if (key === 'globalThis') continue;
      const own = getOwnPropertyDescriptor(holder, key);
      const at = [...path, String(key)];
      for (const part of ['value', 'get', 'set']) {
        const value = own[part];
        if ((typeof value === 'object' && value !== null) || typeof value === 'function') walk(value, at);
        if (typeof value === 'function' && own.configurable && key !== 'constructor') own[part] = spy(at.join('.'), value);
      }
      if (own.configurable) { try { defineProperty(holder, key, own); } catch {} }
    }
  }
  const Obj = Object, Arr = Array, AsyncGen = Object.getPrototypeOf(async function* () {}).prototype;
  const roots = [globalThis, AsyncGen, Object.getPrototypeOf(AsyncGen), Object.getPrototypeOf([][Symbol.iterator]())];
  const prototypes = [Obj.prototype, Arr.prototype];
  function arm() {
    for (const root of roots) walk(root, ['']);
    const names = ['get', 'set', 'value', 'kitCode', 'hostCallId', 'hostCall', 'jobKey', 'id', 'fault', 'keepFunction', 'makeFunction', 'from', 'site', 'repeats', 'ended', 'enumerable'];
    for (const name of names) {
      for (const prototype of prototypes) {
        defineProperty(prototype, name, { __proto__: null, configurable: true, get() { note('read ' + name); return undefined; }, set(v) { note('write ' + name); defineProperty(this, name, { __proto__: null, value: v, writable: true, configurable: true, enumerable: true }); } });
      }
    }
    for (let index = 0; index < 4; index++) {
      defineProperty(Arr.prototype, String(index), { __proto__: null, configurable: true, get() { note('read [' + index + ']'); }, set(v) { note('write [' + index + ']'); defineProperty(this, index, { __proto__: null, value: v, writable: true, configurable: true, enumerable: true }); } });
    }
    armed = true;
  }
  export default async (input, { host, context, signal, log }) => {
    if (input === 'arm') { arm(); return 'armed'; }
    if (input === 'report') { armed = false; const copy = []; for (let i = 0; i < spied.length; i++) defineProperty(copy, i, { __proto__: null, value: spied[i], enumerable: true }); return copy.length === 0 ? 'nothing' : apply(Arr.prototype.join, copy, ['|']); }
    log('one', 2, { a: 1 });
    warn('two');
    const echoed = await host.deep.echo({ list: [1, bytes], big: 5n }, (x) => x);
    let caught;
    try { await host.fail(); } catch (error) { caught = error; }
    try { host.unknown; } catch (error) { caught = error; }
    context.get('tenant'); context.has('nope');
    clear(set(() => {}, 5));
    micro(() => {});
    signal.aborted;
    if (input === 'throw') throw caught;
    return { echoed, list: [1, undefined, -0] };
  };
`;

test('a later job in a realm whose every built-in was replaced uses none of them', async () => {
  await using guest = new TestIsolate({
    host: {
      'deep.echo': async (value: unknown, callback: (x: number) => Promise<number>) => [
        value,
        await callback(4),
      ],
      fail: () => {
        throw new RangeError('no');
      },
    },
  });
  const realm = await guest.warm(poison);
  const context = [['tenant', '{"name":"acme"}']] as const;
  const armed = await guest.ended(guest.start(realm, undefined, { input: 'arm' }));
  expect(armed).toMatchObject({ value: 'armed' });
  const innocent = await guest.ended(guest.start(realm, undefined, { input: { a: [1] }, context }));
  expect(innocent.value).toEqual({
    echoed: [{ list: [1, new Uint8Array(1_100).fill(7)], big: 5n }, 4],
    list: [1, undefined, -0],
  });
  expect(innocent.logs).toEqual(['one 2 {"a":1}', 'two']);
  const thrown = await guest.ended(guest.start(realm, undefined, { input: 'throw' }));
  expect(thrown.code).toBe('ERR_WAYBILL_HOST_FUNCTION_UNKNOWN');
  const report = await guest.ended(guest.start(realm, undefined, { input: 'report' }));
  expect(report.value).toBe('nothing');
});
