import { either, guest, type Idea, memoryCutOff, threw } from '../program.ts';

// Node 24 ends the process where Node 26 contains the same growth; the guest that did it, run alone, is blamed.
const orCrashed = either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_CRASHED'] });

/** Growth without end of what the heap limit counts. */
export const growth: readonly Idea[] = [
  {
    name: 'pushes numbers onto an array without end',
    source: guest('const a = []; for (;;) a.push(1.5)'),
    expect: orCrashed,
  },
  {
    name: 'keeps small arrays without end',
    source: guest('const a = []; for (;;) a.push(new Array(100))'),
    expect: orCrashed,
  },
  {
    name: 'keeps objects without end and catches what it can',
    source: guest('const a = []; for (;;) { try { for (;;) a.push({ a: 1, b: [] }) } catch {} }'),
    expect: orCrashed,
  },
  {
    name: 'writes far apart into an array with holes',
    source: guest('const a = []; for (let i = 0;; i += 1000) a[i] = i'),
    expect: orCrashed,
  },
  {
    name: 'fills an array of five hundred million items',
    source: guest('return new Array(5e8).fill(1).length'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'doubles an array by spreading it',
    source: guest('let a = [1]; for (;;) a = [...a, ...a]'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'doubles an array by joining it to itself',
    source: guest('let a = [1]; for (;;) a = a.concat(a)'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'makes an array of an array-like of four billion items',
    source: guest('return Array.from({ length: 2 ** 32 - 1 }).length'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'grows a Map without end',
    source: guest('const m = new Map(); for (let i = 0;; i++) m.set(i, i)'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'grows a Set of objects without end',
    source: guest('const s = new Set(); for (;;) s.add({})'),
    expect: either(orCrashed, threw),
  },
  {
    name: 'grows a WeakMap whose keys it keeps',
    source: guest(
      'const w = new WeakMap(), k = []; for (;;) { const o = {}; k.push(o); w.set(o, [o]) }',
    ),
    expect: either(orCrashed, threw),
  },
  {
    name: 'gives one object names without end',
    source: guest(`const o = {}; for (let i = 0;; i++) o['k' + i] = i`),
    expect: orCrashed,
  },
  {
    name: 'registers symbols without end',
    source: guest(`for (let i = 0;; i++) Symbol.for('a long description of symbol number ' + i)`),
    expect: orCrashed,
  },
  {
    name: 'keeps closures that each hold an array',
    source: guest(
      'const a = []; for (;;) { const big = new Array(50).fill(0); a.push(() => big) }',
    ),
    expect: orCrashed,
  },
  {
    name: 'keeps promises that wait for each other',
    source: guest(
      'let p = new Promise(() => {}); const a = []; for (;;) a.push((p = p.then(() => a)))',
    ),
    expect: orCrashed,
  },
  {
    name: 'starts async functions that never end',
    source: guest(
      'const f = async (x) => { await new Promise(() => {}); return x }; for (;;) f([]).catch(f)',
    ),
    expect: orCrashed,
  },
  {
    name: 'keeps generators that have begun',
    source: guest(
      'const a = []; for (;;) { const g = (function* () { yield [] })(); g.next(); a.push(g) }',
    ),
    expect: orCrashed,
  },
  {
    name: 'keeps errors with stacks as deep as they can be',
    source: guest(`
      Error.stackTraceLimit = Infinity;
      const a = [];
      const deep = (n) => n ? deep(n - 1) : a.push(new Error('x'));
      for (;;) { deep(1000); a.at(-1).stack }`),
    expect: orCrashed,
  },
  {
    name: 'wraps proxies around proxies',
    source: guest('let p = {}; for (;;) p = new Proxy(p, {})'),
    expect: orCrashed,
  },
  {
    name: 'binds a bound function without end',
    source: guest('let f = () => {}; for (;;) f = f.bind(null, f)'),
    expect: orCrashed,
  },
  {
    name: 'evaluates new code without end',
    source: guest(
      `const a = []; for (let i = 0;; i++) a.push((0, eval)('(function f' + i + '() { return ' + i + ' })'))`,
    ),
    expect: orCrashed,
  },
];
