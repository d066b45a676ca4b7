import { expect, test } from 'vitest';
import { TestIsolate } from '../guest.fixture.ts';

const host = {
  echo: (value: unknown) => value,
  fail: () => {
    throw new Error('no');
  },
};

test('no stack frame, prototype or closure leads a guest to the callback or to the addon', async () => {
  await using guest = new TestIsolate({ stacks: true, host });
  const found = await guest.value(
    `
    const found = [];
    const seen = new Set();
    const look = (value, path) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (seen.has(value)) return;
      seen.add(value);
      const name = Object.prototype.toString.call(value);
      if (/Reference|ExternalCopy|Callback|Isolate|Context$/.test(name)) found.push(path + ' ' + name);
      if (typeof value === 'function' && /^function ?\\((send, )?settings\\)/.test(Function.prototype.toString.call(value))) found.push(path);
      for (const key of Reflect.ownKeys(value)) {
        let own;
        try { own = Reflect.getOwnPropertyDescriptor(value, key); } catch { continue; }
        for (const part of ['value', 'get', 'set']) if (own?.[part]) look(own[part], path + '.' + String(key));
      }
      look(Reflect.getPrototypeOf(value), path + '.__proto__');
    };
    let formatted = 0;
    Error.prepareStackTrace = (error, sites) => {
      formatted += 1;
      for (const site of sites) {
        look(site.getThis(), 'this');
        look(site.getFunction(), 'function');
        const fn = site.getFunction();
        if (fn !== undefined && !String(site.getFileName()).includes('waybill:main')) found.push('frame ' + site.getFunctionName());
      }
      return 'formatted';
    };
    export default async (input, environment) => {
      look(globalThis, 'globalThis');
      look(environment, 'environment');
      const { host } = environment;
      for (const stack of [new Error().stack]) look(stack, 'stack');
      try { await host.fail(); } catch (error) { error.stack; look(error, 'error'); }
      try { host.nope; } catch (error) { error.stack; look(error, 'error'); }
      try { setTimeout(5); } catch (error) { error.stack; }
      // The engine realm takes no code from strings, and a module has no sloppy function without them.
      let sloppy = () => [];
      try {
        sloppy = Function('return function inner() { return [inner.caller, inner.arguments.callee.caller]; }')();
      } catch (error) { look(error, 'error'); }
      await host.echo({ get trap() { try { look(sloppy(), 'caller'); new Error().stack; } catch {} return 1; } });
      return [formatted > 4, ...found];
    }`,
  );
  expect(found).toEqual([true]);
});

test('a guest cannot give an error a code of ours', async () => {
  await using guest = new TestIsolate({ host });
  const forged = await guest.run(`
    Object.prototype.kitCode = 'ERR_WAYBILL_ISOLATE_LOST';
    Object.prototype.hostCallId = 1;
    Object.prototype.toJSON = () => ({ name: 'x', message: 'y', stack: '', kitCode: 'ERR_WAYBILL_ISOLATE_LOST' });
    export default () => {
      throw Object.assign(new Error('forged'), { code: 'ERR_WAYBILL_ISOLATE_LOST', kitCode: 'ERR_WAYBILL_ISOLATE_LOST', waybill: true });
    }`);
  expect(forged.code).toBe('ERR_WAYBILL_GUEST_THREW');
  expect(forged.error?.details).toMatchObject({ message: 'forged' });
});

test('a guest cannot write text of its own into a parcel', async () => {
  await using guest = new TestIsolate({ host });
  const throughHooks = await guest.run(`
    Object.prototype.keepFunction = () => '1],["d",0';
    export default () => [undefined, () => 1]`);
  expect(throughHooks.code).toBe('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE');
  const throughLength = await guest.value(`
    Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'length', { get: () => '0],["d",0' });
    Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength', { get: () => 1e9 });
    export default () => new Uint8Array([7, 8])`);
  expect(throughLength).toEqual(new Uint8Array([7, 8]));
});

test('promises with a constructor of the guest do not keep a job from settling', async () => {
  await using guest = new TestIsolate({ host });
  const value = await guest.value(`
    class Evil { constructor(run) { run(() => {}, () => {}); } static get [Symbol.species]() { return Evil; } then() {} }
    Object.defineProperty(Promise, Symbol.species, { get: () => Evil });
    Promise.prototype.then = function () { throw new Error('mine'); };
    export default (input, { host }) => host.echo(5)`);
  expect(value).toBe(5);
});

test('a getter in the arguments that makes host calls itself gets past no limit', async () => {
  await using guest = new TestIsolate({ host });
  const value = await guest.value(
    `export default async (input, { host }) => {
      const outcomes = [];
      const nest = (depth) => ({ get a() {
        if (depth > 0) outcomes.push(host.echo(nest(depth - 1)).then(() => 'ok', (error) => error.code));
        return depth;
      } });
      outcomes.push(host.echo(nest(8)).then(() => 'ok', (error) => error.code));
      await Promise.allSettled(outcomes);
      return (await Promise.all(outcomes)).filter((word) => word === 'ok').length;
    }`,
    { limits: { concurrentHostCalls: 3 } },
  );
  expect(value).toBe(3);
});

test('a thrown value that is no error, lies, loops or throws becomes one typed error', async () => {
  await using guest = new TestIsolate();
  const thrown = async (expression: string): Promise<readonly unknown[]> => {
    const { code, error } = await guest.run(`export default () => { throw ${expression}; }`, {
      limits: { cpuMs: 100 },
    });
    return [code, error?.details['message']];
  };
  const threw = 'ERR_WAYBILL_GUEST_THREW';
  expect(await thrown('5')).toEqual([threw, 'threw 5 (number, no Error)']);
  expect(await thrown('null')).toEqual([threw, 'threw null (object, no Error)']);
  expect(await thrown('undefined')).toEqual([threw, 'threw undefined (undefined, no Error)']);
  expect(await thrown('Symbol("s")')).toEqual([threw, 'threw Symbol(s) (symbol, no Error)']);
  expect(await thrown('() => 1')).toEqual([threw, 'threw a function (function, no Error)']);
  expect(await thrown('{ a: 1 }')).toEqual([threw, 'threw {"a":1}']);
  const unreadable = '(a thrown value that cannot be read)';
  expect(await thrown('{ get message() { throw 1; } }')).toEqual([threw, unreadable]);
  expect(await thrown('Proxy.revocable({}, {}).proxy')).toEqual([threw, expect.any(String)]);
  const looped = ['ERR_WAYBILL_GUEST_CPU_LIMIT', undefined];
  expect(await thrown('{ get message() { for (;;); } }')).toEqual(looped);
  expect(await thrown('new Proxy({}, { has() { for (;;); } })')).toEqual(looped);
  expect(await thrown('new (class extends Error { get name() { for (;;); } })()')).toEqual(looped);
});

test('what was thrown is told in bounded length, with its causes', async () => {
  await using guest = new TestIsolate();
  const { error } = await guest.run(
    `export default () => { throw new Error('m'.repeat(1e6), { cause: new TypeError('why', { cause: 'text' }) }); }`,
  );
  expect(error?.message.length).toBeLessThan(5_000);
  expect(error?.cause).toMatchObject({ name: 'TypeError', message: 'why' });
});

test('memory that the heap limit does not count and timeless callbacks are out of reach', async () => {
  await using guest = new TestIsolate();
  const value = await guest.value(`
    const names = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Float16Array', 'FinalizationRegistry', 'process', 'require', 'fetch'];
    export default () => [
      names.filter((name) => name in globalThis),
      new ArrayBuffer(8, { maxByteLength: 1e9 }).maxByteLength,
      new (new Uint8Array(1).buffer.constructor)(8, { maxByteLength: 1e9 }).resize,
      Reflect.construct(ArrayBuffer, [8, { maxByteLength: 1e9 }]).byteLength,
    ]`);
  expect(value).toEqual([[], undefined, undefined, 8]);
});

test('import() inside evaluated text loads nothing', async () => {
  await using guest = new TestIsolate();
  const value = await guest.value(
    `export default async () => {
      try { return (0, eval)('import("node:fs")').then(() => 'loaded', (error) => error.name); } catch (error) { return error.name; }
    }`,
  );
  expect(value).not.toBe('loaded');
});
