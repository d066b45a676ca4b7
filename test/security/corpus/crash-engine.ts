import {
  cutOff,
  either,
  type Expectation,
  guest,
  type Idea,
  memoryCutOff,
  threw,
} from '../program.ts';

const crashed: Expectation = { codes: ['ERR_WAYBILL_GUEST_CRASHED'] };
/** It took too much of something, or ended its process. */
export const orCrashed: Expectation = either(either(memoryCutOff, threw), crashed);

// The empty catch clauses are the guests' own: what fails is a try, and the next one follows.

/** Lines that are known to end a process with some version of the engine or of the addon. */
export const engineBugs: readonly Idea[] = [
  {
    name: 'disposes of a resource in a loop that ends as soon as it has begun',
    source: guest(`
      await (async function () {
        for (await using i = null; i === null; i = { [Symbol.dispose]() {} }) {}
      })();
      return 'contained'`),
    // What is declared by `await using` cannot be assigned to.
    expect: threw,
    // Where it ends its process it is run again alone, after others that are.
    limits: { wallMs: 5_000 },
    mostBesideMs: 8_000,
    // V8 13.6 does not survive the line.
    nodes: { 24: either(threw, crashed) },
  },
  {
    name: 'returns an array of half-precision numbers',
    source: guest('return new Float16Array(1)'),
    expect: threw,
  },
  {
    name: 'makes half-precision numbers through another constructor',
    source: guest(`
      const Typed = Object.getPrototypeOf(Uint8Array);
      const names = [Typed, Uint8Array, Float32Array].map((each) => Object.getOwnPropertyNames(each).concat(each.name));
      return [typeof Float16Array, names.flat().includes('Float16Array')]`),
    expect: { value: ['undefined', false] },
  },
  {
    name: 'returns views of buffers that were taken away',
    source: guest(`
      const b = new ArrayBuffer(8);
      const view = new Uint8Array(b);
      b.transfer();
      return [view, new Uint8Array(8).subarray(8)]`),
    expect: either(threw, {
      codes: ['ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE'],
      value: [new Uint8Array(0), new Uint8Array(0)],
    }),
  },
  {
    name: 'takes the buffer away while it is written down',
    source: guest(`
      const b = new ArrayBuffer(1e6);
      const view = new Uint8Array(b);
      return { get a() { b.transfer?.(); return 1 }, view, tagged: 1n }`),
    expect: {
      codes: ['ERR_WAYBILL_GUEST_THREW', 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE'],
      value: { a: 1, view: new Uint8Array(0), tagged: 1n },
    },
  },
  {
    name: 'shrinks an array while built-ins walk it',
    source: guest(`
      for (let round = 0; round < 300; round++) {
        const a = Array.from({ length: 1e4 }, (_, i) => i);
        const shrink = () => { a.length = 0; a[5e3] = {}; return 0 };
        a.sort(shrink); a.splice(0, { valueOf: shrink }); a.fill({}, { valueOf: shrink });
        a.indexOf(1, { valueOf: shrink }); a.concat({ get length() { shrink(); return 5 }, [Symbol.isConcatSpreadable]: true });
        a.slice({ valueOf: shrink }); a.flat({ valueOf: shrink }); a.toSorted(shrink); a.reduce(shrink, 0);
      }
      return 'contained'`),
    expect: either(cutOff, { value: 'contained' }),
  },
  {
    name: 'takes buffers away while typed arrays are sorted, set and sliced',
    source: guest(`
      for (let round = 0; round < 200; round++) {
        let a = new Float64Array(1e3);
        const take = () => { try { a.buffer.transfer(0) } catch {} return 0 };
        for (const act of [
          () => a.sort(take), () => a.fill({ valueOf: take }), () => a.set([{ valueOf: take }, 1, 2]),
          () => a.slice({ valueOf: take }), () => a.subarray({ valueOf: take }), () => a.with(1, { valueOf: take }),
          () => a.copyWithin(0, { valueOf: take }), () => a.indexOf(1, { valueOf: take }), () => a.map(take), () => a.toSorted(take),
          () => new Uint8Array(a.buffer, { valueOf: take }), () => Float64Array.from(a, take),
        ]) { a = new Float64Array(1e3); try { act() } catch {} }
      }
      return 'contained'`),
    expect: either(cutOff, { value: 'contained' }),
  },
  {
    name: 'calls functions of the engine by their hidden names',
    source: guest(`
      const outcomes = [];
      for (const text of ['%DebugPrint(1)', '%SystemBreak()', 'gc()', 'd8.quit()', 'quit()', '%AbortJS("x")'])
        try { (0, eval)(text); outcomes.push(text) } catch (error) { if (!/SyntaxError|ReferenceError/.test(error.name)) outcomes.push(error.name) }
      debugger;
      return outcomes`),
    expect: { value: [] },
  },
  {
    name: 'opens resources by the thousand and throws from each disposal',
    source: guest(`
      const stack = new DisposableStack();
      for (let i = 0; i < 2e4; i++) stack.defer(() => { throw new Error(String(i)) });
      stack.dispose()`),
    // Node 24 has no DisposableStack without a flag: that is a ReferenceError.
    expect: either(threw, cutOff),
  },
];

/** Stacks driven to their end, in guest code and in native code. */
export const stacks: readonly Idea[] = [
  { name: 'recurses', source: guest('const f = () => f(); f()'), expect: threw },
  {
    name: 'recurses in a getter',
    source: guest('const o = { get a() { return this.a } }; return o.a'),
    expect: threw,
  },
  {
    name: 'returns an object with a recursing getter',
    source: guest('return { get a() { const f = () => f(); return f() } }'),
    expect: threw,
  },
  {
    name: 'recurses through toString and Symbol.toPrimitive',
    source: guest('const o = { [Symbol.toPrimitive]() { return `${o}` } }; return `${o}`'),
    expect: threw,
  },
  {
    name: 'recurses through proxies of proxies',
    source: guest('let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.a'),
    expect: either(threw, memoryCutOff),
  },
  {
    name: 'recurses through the reading of JSON',
    source: guest(`const o = { toJSON: () => JSON.stringify(o) }; return JSON.stringify(o)`),
    expect: threw,
  },
  {
    name: 'recurses through the formatting of stacks',
    source: guest(
      'Error.prepareStackTrace = () => new Error("x").stack; return typeof new Error("x").stack',
    ),
    expect: either(threw, either(cutOff, { value: 'string' })),
  },
  {
    name: 'recurses through the comparison of sorts',
    source: guest('const f = () => [2, 1].sort(f); f()'),
    expect: either(threw, cutOff),
  },
  {
    name: 'recurses to the edge of the stack and calls native code there',
    source: guest(`
      const acts = [() => [3, 2, 1].sort(), () => 'a'.replace(/a/, 'b'), () => JSON.stringify({ a: [1] }), () => new Error('x').stack,
        () => host.echo(1), () => log('x'), () => setTimeout(() => {}, 1), () => new Intl.NumberFormat('de').format(1), () => (0, eval)('1')];
      let reached = 0;
      const f = (n) => { try { f(n + 1) } catch { if (reached < 500) { reached++; try { acts[reached % acts.length]() } catch {} } } };
      f(0);
      return 'contained'`),
    expect: either(cutOff, { codes: ['ERR_WAYBILL_GUEST_THREW'], value: 'contained' }),
  },
  {
    name: 'makes the host call it back at the edge of the stack',
    source: guest(`
      const f = (n) => { try { f(n + 1) } catch { host.call(() => f(0)).catch(() => {}) } };
      f(0);
      return await host.call(() => 'contained')`),
    expect: either(cutOff, {
      codes: [
        'ERR_WAYBILL_HOST_CALL_LIMIT',
        'ERR_WAYBILL_HOST_FUNCTION_THREW',
        'ERR_WAYBILL_GUEST_THREW',
      ],
      value: 'contained',
    }),
  },
  {
    name: 'flattens an array that is nested a million times',
    source: guest(
      'let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return a.flat(Infinity).length',
    ),
    expect: either(orCrashed, { value: 0 }),
  },
  {
    name: 'returns a value that is nested a hundred thousand times',
    source: guest('let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a'),
    expect: { codes: ['ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE'] },
  },
  {
    name: 'looks a name up through a million prototypes',
    source: guest('let o = {}; for (let i = 0; i < 1e6; i++) o = Object.create(o); return o.a'),
    expect: either(orCrashed, { value: undefined }),
  },
  {
    name: 'extends a class a hundred thousand times and makes one of the last',
    source: guest(
      'let C = class {}; for (let i = 0; i < 1e5; i++) C = class extends C {}; return typeof new C()',
    ),
    expect: orCrashed,
  },
];
