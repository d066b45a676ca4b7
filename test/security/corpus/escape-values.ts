import { either, type Expectation, type Idea } from '../program.ts';
import { hunter, huntText } from './hunt.ts';

const nothing: Expectation = { value: [] };

/** Values that came from the host: each may lead to the realm that made it. */
export const handedIn: readonly Idea[] = [
  {
    name: 'follows the constructors of a host function',
    source: hunter(`hunt(host.echo, 'host.echo'); hunt(host, 'host')`),
    expect: nothing,
  },
  {
    name: 'follows the constructors of its input',
    source: hunter(
      `hunt(input, 'input'); hunt(input.list, 'input.list'); hunt(input.list[0], 'item')`,
    ),
    input: { list: [{ a: 1 }] },
    expect: nothing,
  },
  {
    name: 'follows the constructors of what a host function returned',
    source: hunter(`
      hunt(host.echo({}), 'the promise');
      const reply = await host.make();
      for (const [name, value] of Object.entries(reply)) hunt(value, name);
      hunt(reply, 'the reply')`),
    expect: nothing,
  },
  {
    name: 'follows the constructors of a host error',
    source: hunter(`
      try { await host.fail('on purpose') } catch (error) {
        hunt(error, 'the error'); hunt(error.cause, 'its cause'); hunt(error.stack, 'its stack');
        for (const key of Reflect.ownKeys(error)) hunt(error[key], 'its ' + String(key));
        if (/node:|file:|\\.ts|\\.js/.test(error.stack)) note('host frames', 'the stack');
      }`),
    expect: nothing,
  },
  {
    name: 'follows the constructors of what the host passes to its callback',
    source: hunter(`
      await host.call(function (...args) {
        hunt(args[0], 'the argument'); hunt(this, 'this'); world(this, 'this');
      }, { a: 1 })`),
    expect: nothing,
  },
  {
    name: 'follows the constructors of its context, its signal and its log',
    source: hunter(`
      for (const [name, value] of Object.entries({ context, signal, log, names: context.names, get: context.get })) hunt(value, name);
      signal.addEventListener('abort', function (event) { hunt(event, 'event'); hunt(this, 'this') });
      hunt(signal.constructor, 'AbortSignal');`),
    expect: nothing,
  },
  {
    name: 'follows the constructors of timers and of the console',
    source: hunter(`
      for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'queueMicrotask', 'console'])
        if (name in globalThis) { hunt(globalThis[name], name); for (const key of Reflect.ownKeys(globalThis[name])) hunt(globalThis[name][key], name + '.' + String(key)) }
      if (typeof setTimeout === 'function') {
        const timer = setTimeout(() => {}, 1);
        hunt(timer, 'a timer'); if (typeof timer === 'object') note('an object', 'a timer');
        await new Promise((done) => setTimeout(function () { world(this, 'this of a timer'); hunt(this, 'this of a timer'); done() }, 1));
      }`),
    expect: nothing,
  },
  {
    name: 'returns a thenable and keeps what it is called with',
    source: `${huntText}
export default () => ({ then(resolve, reject) {
  hunt(resolve, 'resolve'); hunt(reject, 'reject'); hunt(this, 'this');
  resolve(found);
} })`,
    expect: nothing,
  },
  {
    name: 'passes a thenable to a host function',
    source: hunter(`
      await host.echo({ then(resolve, reject) { hunt(resolve, 'resolve'); hunt(reject, 'reject'); resolve(1) } }).catch(() => {})`),
    // The host function returns it, so that it waits for what the guest's `then` never says.
    expect: either(nothing, { codes: ['ERR_WAYBILL_HOST_FUNCTION_TIMEOUT'] }),
  },
];

/** Guest objects that the host may read carelessly. */
export const handedOut: readonly Idea[] = [
  {
    name: 'looks around in a getter that the host reads',
    source: hunter(`
      const trap = { get name() { hunt(this, 'this'); look(); return 'x' } };
      const look = () => { try { hunt(look.caller, 'caller') } catch {} };
      await host.read(trap).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'looks around when the host makes text of an argument',
    source: hunter(`
      const spy = function (...args) { for (const each of args) hunt(each, 'argument'); try { hunt(spy.caller, 'caller') } catch {} return 'x' };
      await host.read({ toString: spy, valueOf: spy, toJSON: spy, [Symbol.toPrimitive]: spy, inspect: spy,
        [Symbol.for('nodejs.util.inspect.custom')]: spy }).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'gives itself a printer of the host, and follows its arguments',
    source: hunter(`
      const how = Symbol.for('nodejs.util.inspect.custom');
      const error = new Error('x');
      error[how] = (depth, options, inspect) => { hunt(options, 'options'); hunt(inspect, 'inspect'); return 'x' };
      log(error, { [how]: error[how] }); console.log(error); await host.read(error).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'passes a Proxy whose traps look around',
    source: hunter(`
      const traps = {};
      for (const name of Reflect.ownKeys(Reflect)) if (typeof name === 'string') traps[name] = (...args) => {
        for (const each of args) hunt(each, name); return Reflect[name](...args);
      };
      const spy = new Proxy(function () {}, traps);
      await host.read(spy).catch(() => {}); await host.echo(spy).catch(() => {}); await host.call(spy).catch(() => {}); log(spy)`),
    expect: nothing,
  },
  {
    name: 'passes a function whose prototype is a Proxy',
    source: hunter(`
      const spy = Object.setPrototypeOf(() => 1, new Proxy(Function.prototype, {
        get(target, key, receiver) { hunt(receiver, 'receiver ' + String(key)); return (...args) => { for (const each of args) hunt(each, String(key)); return 1 } },
        getPrototypeOf() { return null },
      }));
      await host.call(spy).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'passes an iterator that looks around',
    source: hunter(`
      const spy = { [Symbol.iterator]() { return { next(...args) { for (const each of args) hunt(each, 'next'); return { done: true } },
        return(...args) { for (const each of args) hunt(each, 'return'); return {} } } } };
      await host.read(spy).catch(() => {}); await host.echo(spy).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'passes an array and a buffer of species of its own',
    source: hunter(`
      const species = function (...args) { for (const each of args) hunt(each, 'species'); if (new.target) hunt(new.target, 'new.target'); return [] };
      class List extends Array { static get [Symbol.species]() { return species } }
      class Bytes extends Uint8Array { static get [Symbol.species]() { return species } }
      const list = List.of(1, 2); list.constructor = { [Symbol.species]: species };
      await host.read(list).catch(() => {}); await host.read(new Bytes(4)).catch(() => {}); await host.echo(list).catch(() => {})`),
    expect: nothing,
  },
  {
    name: 'throws at the host what makes the host look at it',
    source: hunter(`
      await host.call(() => { throw { get message() { hunt(this, 'this'); return 'x' }, get stack() { return 'x' }, toString(...args) { hunt(args, 'args'); return 'x' },
        get constructor() { try { hunt(arguments.callee.caller, 'caller') } catch {} return Error } } }).catch((error) => hunt(error, 'the error'))`),
    expect: nothing,
  },
  {
    name: 'lies about what it is by Symbol.toStringTag and Symbol.hasInstance',
    source: hunter(`
      const lies = ['Promise', 'Error', 'Map', 'Set', 'Date', 'ArrayBuffer', 'Uint8Array'].map((tag) => ({ [Symbol.toStringTag]: tag,
        get size() { return 1 }, forEach(...args) { for (const each of args) hunt(each, tag) }, then(ok) { hunt(ok, tag); ok(1) }, getTime: 1, byteLength: -1 }));
      for (const lie of lies) {
        const reply = await host.echo(lie).catch((error) => error); hunt(reply, 'the reply to ' + lie[Symbol.toStringTag]);
        await host.read(lie).catch(() => {});
      }`),
    expect: nothing,
  },
  {
    name: 'calls the host functions on receivers and with arguments of odd kinds',
    source: hunter(`
      for (const receiver of [undefined, null, globalThis, host, Object.create(host.echo)])
        for (const args of [[], [globalThis], [host], [context], [Symbol.iterator], [undefined, -0, NaN, 1n]])
          try { hunt(await Reflect.apply(host.echo, receiver, args), 'the reply') } catch (error) { hunt(error, 'the error') }
      try { hunt(new host.echo(1), 'new') } catch (error) { hunt(error, 'the error of new') }
      try { hunt(host.echo.bind(null, 1), 'bind'); hunt(host.echo.caller, 'caller'); hunt(host.echo.arguments, 'arguments') } catch (error) { hunt(error, 'caller') }`),
    expect: nothing,
  },
];
