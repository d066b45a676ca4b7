import { cutOff, either, guest, type Idea } from '../program.ts';

/** Guest code that never ends by itself, in every place where guest code runs. */
export const loops: readonly Idea[] = [
  { name: 'loops without a body', source: guest('for (;;);'), expect: cutOff },
  {
    name: 'loops in a finally block',
    source: guest('for (;;) { try { throw 1 } catch {} finally { continue } }'),
    expect: cutOff,
  },
  {
    name: 'allocates arrays in a loop that an optimising compiler unrolls',
    source: guest('for (let k = 0; k < 1e12; k++) { const x = new Array(1000); x[5] = k }'),
    expect: cutOff,
  },
  {
    name: 'fills arrays of floats in a loop that is compiled while it runs',
    source: guest('while (true) new Array(1000).fill(1.5)'),
    expect: cutOff,
  },
  {
    name: 'recurses again whenever its recursion failed',
    source: guest('const f = () => { try { f() } finally { f() } }; f()'),
    expect: cutOff,
  },
  {
    name: 'takes items from a generator without end',
    source: guest('for (const _ of (function* () { for (;;) yield 1 })());'),
    expect: cutOff,
  },
  {
    name: 'loops while its module is evaluated',
    source: 'for (;;);\nexport default () => 1',
    expect: cutOff,
  },
  {
    name: 'loops after a module that it imports dynamically has loaded',
    source: guest(`await import('loop')`),
    modules: { loop: 'for (;;); export const a = 1' },
    expect: cutOff,
  },
  {
    name: 'loops behind an awaited host call',
    source: guest('await host.echo(1); for (;;);'),
    expect: cutOff,
  },
  {
    name: 'loops behind the failure of a host call',
    source: guest(`try { await host.fail('x') } catch { for (;;); }`),
    expect: cutOff,
  },
  {
    name: 'loops in a timer',
    source: guest('setTimeout(() => { for (;;); }, 1); await new Promise(() => {})'),
    expect: cutOff,
  },
  {
    name: 'loops in a callback that the host calls',
    source: guest('await host.call(() => { for (;;); })'),
    expect: cutOff,
  },
];

/** Loops in code that only our own code calls. */
export const hooks: readonly Idea[] = [
  {
    name: 'returns an object whose getter loops',
    source: guest('return { get a() { for (;;); } }'),
    expect: cutOff,
  },
  {
    name: 'returns an object whose toJSON loops',
    source: guest('return { toJSON() { for (;;); } }'),
    // Functions cannot cross, and nobody asks for a toJSON.
    expect: either(cutOff, { codes: ['ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE'] }),
  },
  {
    name: 'returns a thenable that loops',
    source: guest('return { then() { for (;;); } }'),
    expect: cutOff,
  },
  {
    name: 'logs an object that loops when it becomes text',
    source: guest('log({ [Symbol.toPrimitive]() { for (;;); }, toJSON() { for (;;); } })'),
    expect: cutOff,
  },
  {
    name: 'sets a timer whose delay loops when it becomes a number',
    source: guest('setTimeout(() => {}, { valueOf() { for (;;); } })'),
    expect: cutOff,
  },
  {
    name: 'passes an argument with a looping getter to a host function',
    source: guest('await host.echo({ a: { get b() { for (;;); } } })'),
    expect: cutOff,
  },
  {
    name: 'throws an error whose message loops',
    source: guest('throw { get message() { for (;;); }, get stack() { for (;;); } }'),
    expect: cutOff,
  },
  {
    name: 'throws an error whose class loops for its name',
    source: guest('throw new (class extends Error { get name() { for (;;); } })()'),
    expect: cutOff,
  },
  {
    name: 'formats stacks with a loop',
    source: guest('Error.prepareStackTrace = () => { for (;;); }; return new Error("x").stack'),
    expect: cutOff,
  },
  {
    name: 'loops in an abort listener when its deadline has passed',
    source: guest(
      `signal.addEventListener('abort', () => { for (;;); }); await new Promise((done) => { setTimeout(done, 1e8); })`,
    ),
    expect: cutOff,
  },
  {
    name: 'loops in code that runs behind its result',
    source: guest(`
      let next = Promise.resolve();
      for (let step = 0; step < 30; step++) next = next.then(() => {});
      void next.then(() => { for (;;); });
      return 'returned';`),
    expect: { value: 'returned' },
  },
  {
    // The addon reads the name of an error that nobody handled, outside of any time limit.
    name: 'leaves a rejection whose error has looping getters',
    source: guest(`
      void Promise.reject({ get message() { for (;;); }, get name() { for (;;); }, get stack() { for (;;); } });
      await host.echo(1);
      for (;;);`),
    expect: cutOff,
  },
];

/** Microtasks and waits without end. */
export const microtasks: readonly Idea[] = [
  {
    name: 'chains promise reactions without end',
    source: guest('const next = () => Promise.resolve().then(next); await next()'),
    expect: cutOff,
  },
  {
    name: 'awaits nothing without end',
    source: guest('for (;;) await 0'),
    expect: cutOff,
  },
  {
    name: 'queues a microtask from each microtask',
    source: guest(
      'const again = () => queueMicrotask(again); again(); await new Promise(() => {})',
    ),
    expect: cutOff,
  },
  {
    name: 'returns a thenable that gives a thenable, without end',
    source: guest(
      'const t = { then(ok) { ok({ then: t.then }) } }; t.then = (ok) => ok({ then: t.then }); return t',
    ),
    expect: cutOff,
  },
  {
    name: 'waits for a promise that nobody settles',
    source: guest('await new Promise(() => {})'),
    expect: { codes: ['ERR_WAYBILL_GUEST_NEVER_SETTLES'] },
  },
  {
    name: 'waits at the top of its module for a promise that nobody settles',
    source: 'await new Promise(() => {});\nexport default () => 1',
    expect: { codes: ['ERR_WAYBILL_GUEST_NEVER_SETTLES'] },
  },
  {
    name: 'waits for a host function that never answers',
    source: guest('await host.hold()'),
    expect: { codes: ['ERR_WAYBILL_HOST_FUNCTION_TIMEOUT'] },
  },
  {
    name: 'catches its own end and goes on',
    source: guest(
      'for (;;) { try { await (async () => { for (;;); })() } catch {} finally { for (;;); } }',
    ),
    expect: cutOff,
  },
  {
    name: 'blocks its thread with Atomics.wait',
    source: guest(
      `return typeof Atomics === 'undefined' && typeof SharedArrayBuffer === 'undefined'
        ? 'nothing to wait on' : Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`,
    ),
    expect: { value: 'nothing to wait on' },
  },
];
