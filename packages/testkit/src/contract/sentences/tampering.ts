import { deepEqual } from 'node:assert/strict';
import { guest, runAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

/** Replaces what code of the host could stand on, keeps what comes by, and puts everything back. */
const tampers = `
  const met = [];
  const keep = (where, value) => { met[met.length] = [where, value]; return value };
  const restore = [];
  const replace = (target, key, descriptor) => {
    const own = Reflect.getOwnPropertyDescriptor(target, key);
    restore[restore.length] = () => own ? Object.defineProperty(target, key, own) : delete target[key];
    Object.defineProperty(target, key, { configurable: true, ...descriptor });
  };
  const nativeThen = Promise.prototype.then;
  const keepCall = (where, self, args) => { keep(where, self); for (let at = 0; at < args.length; at++) keep(where, args[at]) };
  replace(Promise.prototype, 'then', { value(...args) { keepCall('then', this, args); return Reflect.apply(nativeThen, this, args) } });
  replace(Array.prototype, Symbol.iterator, { *value() { keep('iterated', this); for (let at = 0; at < this.length; at++) yield this[at] } });
  replace(Object.prototype, 'toJSON', { get() { keep('toJSON', this) } });
  replace(Object.prototype, 'tenant', { get() { keep('tenant', this); return 'forged' }, set(value) { keep('set', value) } });
  class Spy extends Promise { constructor(executor) { super(executor); keep('executor', executor) } }
  replace(Promise, Symbol.species, { get: () => Spy });
  const nativeApply = Reflect.apply;
  for (const [target, keys] of [[Function.prototype, ['call', 'apply', 'bind']], [Map.prototype, ['get', 'set']], [JSON, ['parse', 'stringify']]]) {
    for (const key of keys) {
      const native = target[key];
      replace(target, key, { value(...args) { keepCall(key, this, args); return nativeApply(native, this, args) } });
    }
  }`;

/** Does what a guest may do with its host, and keeps all that it gets. */
const uses = `
  const promise = keep('promise', contract.who());
  promise.constructor = { [Symbol.species]: function (executor) { keep('own executor', executor); executor(() => {}, () => {}) } };
  const label = await contract.who();
  keep('result', await contract.echo({ list: [1, { a: 1 }], date: new Date(0), map: new Map([[1, {}]]), bytes: new Uint8Array(1) }));
  const fails = [() => contract.failNow('x'), () => across.failLater('x'), () => contract.echo(Symbol('s')), () => contract.echo('x'.repeat(9e6))];
  for (const fail of fails) {
    try { await fail() } catch (error) { keep('error', error); keep('stack', error.stack); keep('cause', error.cause) }
  }
  try { host.unknown } catch (error) { keep('refusal', error) }
  const spun = (depth) => { try { return spun(depth + 1) } catch (error) { keep('overflow', error); return depth } };
  spun(0);
  await contract.callBack(async function (...args) { keepCall('callback', this, args); return [] });
  const given = [host, contract, contract.who, context, context.get, context.names, context.get('plan'), signal, log, input];
  for (const value of given) keep('given', value);
  await new Promise((resolve) => { setTimeout(function (...args) { keepCall('timer', this, args); resolve() }, 1) });
  keep('global', globalThis);
  for (const put of restore) put();`;

/** Walks all that was kept, and lists what does not come from the guest's own realm. */
const looks = `
  const roots = new Set([Object.prototype, Function.prototype]);
  const seen = new Set();
  const foreign = [];
  const waiting = [...met];
  while (waiting.length > 0) {
    const [where, value] = waiting.pop();
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) continue;
    seen.add(value);
    const prototype = Object.getPrototypeOf(value);
    // What has no prototype is nobody's, unless it can be called.
    if (prototype === null && typeof value === 'function' && !roots.has(value)) foreign.push(where);
    let root = value;
    for (let next = prototype; next !== null; next = Object.getPrototypeOf(next)) root = next;
    if (prototype !== null && root !== Object.prototype) foreign.push(where);
    waiting.push([where + ' prototype', prototype]);
    for (const key of Reflect.ownKeys(value)) {
      const own = Reflect.getOwnPropertyDescriptor(value, key);
      if (own === undefined) continue;
      const path = where + '.' + String(key);
      waiting.push([path, own.value], [path + ' getter', own.get], [path + ' setter', own.set]);
    }
  }
  return { label, foreign, metCount: met.length, seenCount: seen.size };`;

async function nothingOfTheHost(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: guest(tampers + uses + looks) });
  const run = (): Promise<unknown> =>
    runAs(lane, 'ann', { program, input: { a: [1] } }).then(valueOf);
  const plan = { name: 'gold', tags: ['a'] };
  const seen = (await lane.context.plan.run(plan, run)) as Record<string, unknown>;
  const { label, foreign, metCount, seenCount } = seen;
  deepEqual([label, foreign], ['ann', []]);
  // It did look.
  deepEqual([Number(metCount) > 25, Number(seenCount) > 500], [true, true]);
}

/** Property 44, continued. */
export const tampering: readonly ContractSentence[] = [
  {
    property: 44,
    sentence:
      'a guest that replaces what it can meets no object, promise, error or function of the host',
    run: nothingOfTheHost,
  },
];
