import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { TestIsolate } from '../../guest.fixture.ts';

/** Evaluated by the guest first: `note(...)` keeps the words for what is of another realm, however it was got. */
const spy = `
  const { getPrototypeOf } = Object, ObjectOf = Object.prototype;
  const foreign = [];
  let noted = 0;
  const note = (...got) => {
    for (const each of got) {
      if ((typeof each !== 'object' && typeof each !== 'function') || each === null) continue;
      noted += 1;
      let top = each;
      for (let next = each; next !== null; next = getPrototypeOf(next)) top = next;
      if (top !== ObjectOf && top !== each) foreign.push(typeof each + ' ' + String(each.message ?? each.name));
    }
  };
  class Spied {
    constructor(run) { note(run, new.target); run((v) => note(v), (v) => note(v)); }
    static get [Symbol.species]() { note(this); return Spied; }
    then(...args) { note(this, ...args); }
  }`;

/** Runs an attack as the body of an entry function; gives how much the spy saw, and what of it was foreign. */
async function attacked(body: string): Promise<{ noted: number; foreign: string[] }> {
  const host = {
    echo: (value: unknown) => value,
    fail: () => Promise.reject(new RangeError('of the host')),
    call: async (fn: (value: unknown) => Promise<unknown>, value: unknown) => fn(value),
    later: async (fn: () => Promise<unknown>) => {
      const called = deferred<unknown>();
      setTimeout(() => called.resolve(fn()), 1);
      return called.promise;
    },
  };
  await using guest = new TestIsolate({ engine: 'realm', stacks: false, host });
  const source = `${spy}
    export default async (input, { host, context, signal, log }) => {
      ${body}
      return { noted, foreign };
    }`;
  const options = { input: { list: [1, new Uint8Array([2])] }, limits: { cpuMs: 10_000 } };
  return (await guest.value(source, options)) as { noted: number; foreign: string[] };
}

const attacks: Readonly<Record<string, string>> = {
  'looking at all that it is given': `
    note(input, input.list, input.list[1], host, host.echo, context, context.get, context.names, signal, log, log.warn);
    note(await host.echo(input), host.echo(1), Object.getPrototypeOf(host.echo));
    for (const name of Object.getOwnPropertyNames(globalThis)) note(globalThis[name]);`,
  'failures of host calls': `
    try { await host.fail(); } catch (e) { note(e, e.constructor, e.stack); }
    try { await host.echo(() => 1, Symbol()); } catch (e) { note(e); }
    try { host.nothing; } catch (e) { note(e); }
    try { await host.echo(new Proxy({}, {})); } catch (e) { note(e); }`,
  'another species, constructor and then of promises': `
    Object.defineProperty(Promise, Symbol.species, { get() { note(this); return Spied; } });
    Object.defineProperty(Promise.prototype, 'constructor', { get() { note(this); return Spied; } });
    const { then } = Promise.prototype;
    Promise.prototype.then = function (...args) { note(this, ...args); return Reflect.apply(then, this, args); };
    note(await host.echo([1]), await host.later(async () => ({ a: 1 })));
    const all = Promise.all([host.echo(1), host.echo(2)]); note(all); await null;`,
  'setters for everything': `
    for (const key of ['kind', 'id', 'n', 'a', 'b', 'text', 'bytes', 'resolve', 'reject', 'value', 'get', 'name', 'code', 'site', 0, 1, 2, 3]) {
      for (const holder of [Object.prototype, Array.prototype]) {
        Object.defineProperty(holder, key, { __proto__: null, configurable: true,
          get() { note(this); }, set(v) { note(this, v); Object.defineProperty(this, key, { __proto__: null, value: v, writable: true, enumerable: true, configurable: true }); } });
      }
    }
    note(await host.echo({ a: [1] }), await host.call(async (v) => { note(v); return v; }, { b: 2 }));
    try { await host.fail(); } catch (e) { note(e); }
    for (const key of ['kind', 'id', 'n', 'a', 'b', 'text', 'bytes', 'resolve', 'reject', 'value', 'get', 'name', 'code', 'site', 0, 1, 2, 3]) {
      delete Object.prototype[key]; delete Array.prototype[key];
    }`,
  'other built-ins and iterators': `
    const { apply } = Reflect;
    let armed = false;
    for (const holder of [Map.prototype, WeakMap.prototype, JSON, Reflect, Object, Function.prototype, String.prototype, Array.prototype, RegExp.prototype, Object.getPrototypeOf([][Symbol.iterator]())]) {
      for (const key of Reflect.ownKeys(holder)) {
        if (key === 'constructor' || key === 'prototype') continue;
        const own = Object.getOwnPropertyDescriptor(holder, key);
        if (typeof own.value !== 'function' || !own.writable) continue;
        const was = own.value;
        holder[key] = function (...args) { if (armed) { armed = false; note(this, ...args); armed = true; } return apply(was, this, args); };
      }
    }
    armed = true;
    await host.echo({ a: [1] });
    await host.call(async (v) => [v], { b: 2 });
    log('line', { a: 1 });
    setTimeout(() => {}, 1);
    try { await host.fail(); } catch (e) { note(e); }
    armed = false;
    note(host);`,
  'a formatter of stacks': `
    Error.prepareStackTrace = (error, sites) => { note(error, sites); for (const site of sites) note(site, site.getFunction(), site.getThis()); return ''; };
    new Error('x').stack; try { null.x } catch (e) { note(e); e.stack; }
    const target = {}; Error.captureStackTrace(target); target.stack; note(target);
    try { await host.fail(); } catch (e) { note(e); e.stack; }`,
  'code that is made of strings': `
    const makers = [eval, (0, eval), Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor];
    for (const make of makers) {
      try { note(make('return import("node:fs")')); foreign.push('made'); } catch (e) { note(e); if (e.name !== 'EvalError') foreign.push(e.name); }
    }
    await Promise.resolve('return import("node:fs")').then(Function).then((f) => f()).then(() => foreign.push('made'), note);
    await host.call(Function, 'return 1').then(() => foreign.push('made'), note);`,
  'import()': `
    for (const what of ['node:fs', 'main', {}, { toString() { throw 1; } }]) {
      try {
        note(await import(what));
        if (what !== 'main') foreign.push('imported ' + String(what));
      } catch (e) { note(e); }
    }
    note(import.meta, import.meta.url);`,
  'thenables and getters as results of callbacks': `
    const odd = [
      { then(...args) { note(this, ...args); args[0](1); args[0](2); } },
      { get then() { note(this); return (...args) => { note(...args); args[1](1); }; } },
      Object.assign(Promise.resolve(1), { constructor: Spied }),
    ];
    for (const value of odd) await host.call(async () => value, 1).catch(note);
    await host.call(() => ({ get a() { note(this); throw note; } }), 1).catch(note);`,
};

test('the spy of these tests knows an object of another realm when it sees one', async () => {
  await using guest = new TestIsolate({ engine: 'realm' });
  const source = `${spy} export default () => { note(Object.create({ __proto__: null })); return foreign.length; }`;
  expect(await guest.value(source)).toBe(1);
});

test.each(Object.entries(attacks))(
  'a guest gets nothing of the host by %s',
  async (_name, body) => {
    const { noted, foreign } = await attacked(body);
    expect(foreign).toEqual([]);
    expect(noted).toBeGreaterThan(0);
  },
);

test('a guest may set how many frames its errors have, and nothing comes of it', async () => {
  await using guest = new TestIsolate({ engine: 'realm', stacks: false });
  const source = `'use strict'; export default () => {
    Error.stackTraceLimit = 50;
    const tries = [() => delete Error.stackTraceLimit, () => Object.defineProperty(Error, 'stackTraceLimit', { value: 9 })];
    const refused = tries.map((attempt) => { try { attempt(); return 'done'; } catch (e) { return e.name; } });
    return [Error.stackTraceLimit, refused, typeof new Error('x').stack];
  }`;
  expect(await guest.value(source)).toEqual([0, ['TypeError', 'TypeError'], 'undefined']);
});

test('where frames are asked for, the stack of a guest has its own and none of the host', async () => {
  await using guest = new TestIsolate({ engine: 'realm', stacks: true });
  const source = `const inner = () => { throw new Error('x'); };
export default async () => { await null; inner(); }`;
  const { error } = await guest.run(source);
  const lines = error?.stackOf['guest']?.split('\n') ?? [];
  expect(lines.map((line) => line.replace(/:\d+\)?$/, ''))).toEqual([
    'Error: x',
    '    at inner (waybill:main:1',
    expect.stringContaining('(waybill:main:2'),
  ]);
});
