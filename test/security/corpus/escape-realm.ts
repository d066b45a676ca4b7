import type { Expectation, Idea } from '../program.ts';
import { hunter } from './hunt.ts';

const nothing: Expectation = { value: [] };

// The empty catch clauses are the guests' own: what fails is a try, and the next one follows.

/** What is simply there, or can be asked for by name. */
export const names: readonly Idea[] = [
  {
    name: 'asks for the host by its usual names',
    source: hunter(`
      for (const name of ['process', 'require', 'module', 'exports', 'Buffer', 'global', 'setImmediate', 'fetch', 'Deno', 'Bun', 'ivm',
        'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'importScripts', 'postMessage', 'navigator', 'primordials', 'internalBinding'])
        has(globalThis[name], name);
      world(globalThis, 'globalThis')`),
    expect: nothing,
  },
  {
    name: 'makes functions of every kind from text and asks them for their globals',
    source: hunter(`
      const kinds = [Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor];
      for (const kind of kinds) {
        const made = kind('return [typeof process, typeof require, globalThis]');
        let result = made();
        if (result?.next) result = (await result.next()).value; else result = await result;
        if (result[0] !== 'undefined' || result[1] !== 'undefined') note('process', kind.name);
        world(result[2], kind.name);
      }
      world((0, eval)('this'), 'eval'); world(eval('globalThis'), 'direct eval'); world(Reflect.construct(Function, ['return this'])(), 'construct')`),
    expect: nothing,
  },
  {
    name: 'imports modules of the host',
    source: hunter(`
      for (const name of ['fs', 'node:fs', 'node:process', 'process', 'module', 'node:vm', 'isolated-vm', 'file:///etc/passwd', 'data:text/javascript,export default 1', '/etc/passwd', '../package.json', 'constructor', '__proto__']) {
        try { has(await import(name), 'import ' + name) } catch {}
        for (const how of [eval, Function, (0, eval)])
          try { const it = how === Function ? Function('return import(' + JSON.stringify(name) + ')')() : how('import(' + JSON.stringify(name) + ')'); has(await it, 'text import ' + name) } catch {}
      }`),
    expect: nothing,
  },
  {
    name: 'asks import.meta for more than an address',
    source: hunter(`
      for (const key of Reflect.ownKeys(import.meta)) if (!['url', 'specifier', 'main'].includes(String(key))) note(String(key), 'import.meta');
      hunt(import.meta, 'import.meta'); try { has(import.meta.resolve?.('node:fs'), 'resolve') } catch {} has(import.meta.dirname, 'dirname')`),
    expect: nothing,
    // A script of node:vm has no import.meta.
  },
  {
    name: 'imports statically what its map does not hold',
    source: `import fs from 'node:fs';\nexport default () => [typeof fs]`,
    expect: { codes: ['ERR_WAYBILL_GUEST_MODULE_NOT_FOUND'] },
  },
  {
    name: 'reads the stacks of its errors for places of the host',
    source: hunter(`
      const texts = [new Error('x').stack];
      try { null.x } catch (error) { texts.push(error.stack) }
      try { host.nope } catch (error) { texts.push(error.stack) }
      try { await host.fail('x') } catch (error) { texts.push(error.stack, JSON.stringify(error), error.message) }
      try { (0, eval)('}') } catch (error) { texts.push(error.stack) }
      for (const text of texts) if (/node_modules|node:internal|file:|\\/work|\\/home|\\.ts:|worker_threads/.test(text)) note(text, 'stack')`),
    expect: nothing,
  },
];

/** Stack frames and their call sites. */
export const frames: readonly Idea[] = [
  {
    name: 'formats stacks itself and follows every call site',
    source: hunter(`
      Error.stackTraceLimit = 100;
      const formats = () => { Error.prepareStackTrace = (error, sites) => { for (const site of sites) {
        const [self, fn] = [site.getThis(), site.getFunction()];
        if (self !== undefined && self !== globalThis) { hunt(self, 'this'); world(self, 'this'); }
        if (fn !== undefined) { hunt(fn, 'function'); try { hunt(fn.caller, 'caller'); hunt(fn.arguments, 'arguments') } catch {} }
        for (const name of ['getEvalOrigin', 'getFileName', 'getScriptNameOrSourceURL']) { const text = String(site[name]?.()); if (/node:|node_modules|file:|\\.ts$/.test(text)) note(text, name) }
      } return 'formatted' } };
      formats();
      new Error('x').stack; try { null.x } catch (error) { error.stack }
      await host.call(() => { new Error('x').stack; return new Error('y').stack }).catch(() => {});
      try { await host.fail('x') } catch (error) { error.stack }
      try { setTimeout(5) } catch (error) { error.stack }
      try { host.nope } catch (error) { error.stack }`),
    expect: nothing,
  },
  {
    name: 'asks sloppy functions who called them',
    source: hunter(`
      const spy = Function('seen', 'return function inner() { let at = inner; for (let i = 0; i < 50 && at; i++) { seen(at, at.arguments); at = at.caller } }')(
        (fn, args) => { hunt(fn, 'caller'); if (args) for (const each of args) hunt(each, 'argument of a caller') });
      const act = { toString: spy, get a() { spy(); return 1 }, then(ok) { spy(); ok(1) } };
      await host.read(act).catch(() => {}); await host.echo({ get a() { spy(); return 1 } }); await host.call(spy).catch(() => {}); log({ get a() { spy(); return 1 } });
      await act; [2, 1].sort(spy)`),
    expect: nothing,
  },
  {
    name: 'captures stacks above our functions',
    source: hunter(`
      const site = {}; Error.prepareStackTrace = (_, sites) => sites;
      for (const fn of [host.echo, log, setTimeout, eval, context.get]) {
        Error.captureStackTrace(site, fn);
        for (const each of [site.stack].flat()) { try { const it = each.getThis?.(); if (it !== undefined && it !== globalThis) world(it, 'this'); hunt(each.getFunction?.(), 'function') } catch {} }
      }`),
    expect: nothing,
  },
];

/** Built-ins that our own code in the realm, or the host, may rely on. */
export const pollution: readonly Idea[] = [
  {
    name: 'replaces every built-in function that our code in the realm might call',
    source: hunter(`
      const original = { ownKeys: Reflect.ownKeys, apply: Reflect.apply, getOwnPropertyDescriptor: Reflect.getOwnPropertyDescriptor, defineProperty: Reflect.defineProperty, push: Array.prototype.push };
      const spy = (fn, how) => function (...args) { for (let i = 0; i < args.length; i++) if (typeof args[i] === 'function') hunt(args[i], how); return original.apply(fn, this, args) };
      for (const owner of [Map.prototype, Set.prototype, WeakMap.prototype, Promise.prototype, String.prototype, RegExp.prototype, JSON, Math])
        for (const key of original.ownKeys(owner)) {
          const own = original.getOwnPropertyDescriptor(owner, key);
          if (typeof own.value === 'function' && key !== 'constructor') original.defineProperty(owner, key, { ...own, value: spy(own.value, String(key)) });
        }
      await host.echo({ a: [1, new Map([[1, 2]]), new Date(0)] }); await host.call(() => [1]); log('x', { a: 1 });`),
    expect: nothing,
  },
  {
    name: 'puts getters and setters on Object.prototype for names that our code might use',
    source: hunter(`
      for (const name of ['kind', 'id', 'value', 'get', 'set', 'resolve', 'reject', 'key', 'job', 'send', 'settings', 'text', 'bytes', 'name', 'index', 'then', 'toJSON', 'hostCallId', 'kitCode', 'timeout', 'result', 'copy', 'reference', 'enumerable', 'configurable', 'writable', 0, 1])
        Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, get() { if (this !== globalThis && this !== Object.prototype) hunt(this, 'this of ' + name); return undefined },
          set(value) { hunt(value, 'value of ' + name); if (typeof value === 'function' || typeof value === 'object') world(value, 'value of ' + name);
            Object.defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true }) } });
      await host.echo({ a: 1 }).catch(() => {}); await host.call(() => 1).catch(() => {}); log('x', {});
      try { await host.fail('x') } catch {}
      for (const name of Reflect.ownKeys(Object.prototype)) { const own = Reflect.getOwnPropertyDescriptor(Object.prototype, name); if (own.get && name !== '__proto__') delete Object.prototype[name] }`),
    expect: nothing,
  },
  {
    name: 'takes over promises and their species',
    source: hunter(`
      const Native = Promise;
      class Spy extends Native { constructor(run) { super((ok, no) => { hunt(ok, 'resolve'); hunt(no, 'reject'); run(ok, no) }); hunt(run, 'executor') } static get [Symbol.species]() { return Spy } }
      const then = Native.prototype.then;
      Native.prototype.then = function (ok, no) { hunt(ok, 'onfulfilled'); hunt(no, 'onrejected'); return Reflect.apply(then, this, [ok, no]) };
      Object.defineProperty(Native.prototype, 'constructor', { value: Spy }); globalThis.Promise = Spy;
      await host.echo(1); await host.call(async () => 1); await new Spy((ok) => ok(1))`),
    expect: nothing,
  },
  {
    name: 'leaves its globals, built-ins and prototypes poisoned for the next job',
    source: hunter(`
      globalThis.left = 'mine'; Object.prototype.left = 'mine'; Array.prototype.left = 'mine'; Function.prototype.left = 'mine';
      Array.prototype.map = () => ['mine']; JSON.stringify = () => 'mine'; Object.keys = () => ['mine']; Map.prototype.get = () => 'mine';
      Promise.prototype.then = () => 'mine'; globalThis.Promise = class {}; globalThis.Function = () => () => 'mine'; Symbol.for('left').description;
      String.prototype.split = () => 'mine'; Object.freeze(Array.prototype); Object.freeze(Object.prototype); Object.setPrototypeOf(globalThis, { left: 'mine' });
      delete globalThis.Reflect`),
    expect: nothing,
  },
  {
    name: 'makes Object.prototype a place that throws on every look-up',
    source: hunter(`
      try { Object.setPrototypeOf(globalThis, new Proxy({}, { get() { throw new Error('mine') }, has() { throw new Error('mine') } })) } catch {}
      for (const name of ['message', 'stack', 'name', 'cause', 'code']) Object.defineProperty(Object.prototype, name, { configurable: true, get() { throw new Error('mine') } });
      await host.echo(1).catch(() => {}); log('x'); setTimeout(() => { throw {} }, 0); await host.fail('x').catch(() => {});
      for (const name of ['message', 'stack', 'name', 'cause', 'code']) delete Object.prototype[name]`),
    expect: nothing,
  },
  {
    name: 'writes members of prototypes through the keys of its arguments',
    source: hunter(`
      const own = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
      const faces = (() => { let reads = 0; return { get a() { return ++reads > 1 ? own : 1 } } })();
      for (const value of [own, { a: own }, [own], new Map([['__proto__', own]]), faces]) await host.merge(value).catch(() => {});
      if (await host.polluted()) note('polluted', 'the host')`),
    expect: nothing,
  },
];

/** Data of others. */
export const secrets: readonly Idea[] = [
  {
    name: 'asks its context for the variables of the host',
    source: hunter(`
      for (const name of ['token', 'session', 'request', 'trace', 'foreign', '__proto__', 'constructor', 'toString', Symbol.iterator, 0, null, { toString: () => 'token' }, ['token']])
        try { has(context.get(name), 'context ' + String(name)); if (context.has(name)) note('has', String(name)) } catch {}
      for (const name of context.names) if (!['tenant', 'plan'].includes(name)) note(name, 'names')`),
    expect: nothing,
  },
  {
    name: 'looks for what another job left in interned and cached places',
    source: hunter(`
      for (const name of ['$1', '$&', 'input', 'lastMatch', 'lastParen', 'leftContext']) if (RegExp[name]) note(String(RegExp[name]), 'RegExp.' + name);
      const places = [globalThis, Object.prototype, Function.prototype, RegExp, Symbol, Intl, JSON, Math, Reflect, console, Error];
      for (const place of places) for (const key of Reflect.ownKeys(place)) if (/^left$|mine|canary|secret/i.test(String(key))) note(String(key), 'left');
      const tag = (strings) => strings; if (Object.isFrozen(tag\`x\`) && tag\`x\`.left) note('left', 'template');
      if (Symbol.keyFor(Symbol.for('left'))?.left) note('left', 'symbols')`),
    expect: nothing,
  },
  {
    name: 'changes what the host sees of its own context',
    source: hunter(`
      for (const act of [() => { context.tenant = 'other' }, () => { context.get = () => 'other' }, () => { context.names.push('token') }, () => { Object.setPrototypeOf(context, { token: 1 }) }, () => { delete context.get }])
        try { act() } catch {}
      if ((await host.who()) !== 'hostile') note(await host.who(), 'host.who'); if ((await host.away.who()) !== 'hostile') note('another', 'host.away.who');
      if (context.get('tenant') !== 'hostile') note('other', 'context')`),
    expect: nothing,
  },
];
