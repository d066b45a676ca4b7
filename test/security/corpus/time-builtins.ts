import { cutOff, either, guest, type Idea, memoryCutOff, threw } from '../program.ts';

/** Built-ins that call back into guest code, which V8 can interrupt. */
export const callbacks: readonly Idea[] = [
  {
    name: 'loops in the comparison of a sort',
    source: guest('[2, 1].sort(() => { for (;;); })'),
    expect: cutOff,
  },
  {
    name: 'sorts with a comparison that contradicts itself',
    source: guest(
      'for (;;) Array.from({ length: 1e4 }, (_, i) => i).sort(() => Math.random() - 0.5)',
    ),
    expect: cutOff,
  },
  {
    name: 'reads JSON with a reviver that loops',
    source: guest(`JSON.parse('[1]', () => { for (;;); })`),
    expect: cutOff,
  },
  {
    name: 'gives a Proxy as its prototype and looks a name up in it',
    source: guest(
      'const p = new Proxy({}, { get: (t, k, r) => r[k] , has() { for (;;); } }); return "a" in Object.create(p)',
    ),
    expect: cutOff,
  },
  {
    name: 'waits for all promises of an endless iterable',
    source: guest('await Promise.all((function* () { for (;;) yield 1 })())'),
    expect: memoryCutOff,
  },
  {
    name: 'groups an endless iterable',
    source: guest('return Map.groupBy((function* () { for (;;) yield 1 })(), () => 1).size'),
    expect: memoryCutOff,
  },
  {
    name: 'drops items of an endless iterator',
    source: guest('return Iterator.from({ next: () => ({ done: false }) }).drop(1e15).next()'),
    expect: cutOff,
  },
];

/** Text, patterns and JSON that take exponential or quadratic time. */
export const texts: readonly Idea[] = [
  {
    name: 'matches a pattern that backtracks exponentially',
    source: guest(`return /^(a+)+$/.test('a'.repeat(40) + 'b')`),
    expect: cutOff,
  },
  {
    name: 'compiles patterns of nested repetitions without end',
    source: guest(`for (let n = 0;; n++) new RegExp('(?:a{0,99}){0,99}' + n).test('a')`),
    expect: memoryCutOff,
  },
  {
    name: 'compiles one pattern that unrolls to millions of nodes',
    source: guest(
      `return new RegExp('(?:' .repeat(8) + 'a' + '){50}'.repeat(8)).test('b'.repeat(1e5))`,
    ),
    expect: either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_THREW'], value: false }),
  },
  {
    name: 'replaces an empty pattern in a large text, again and again',
    source: guest(`let s = 'ab'.repeat(1e6); for (;;) s.replace(/(?:)/g, 'xxxxxxxx')`),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'looks for a needle that fails at its last letter',
    source: guest(`return ('a'.repeat(2 ** 27)).lastIndexOf('b' + 'a'.repeat(2 ** 26))`),
    expect: either(memoryCutOff, { value: -1 }),
  },
  {
    name: 'compares long texts by locale',
    source: guest(
      `const s = 'é'.repeat(2 ** 22); for (;;) (s + 'a').localeCompare(s + 'b', 'de', { sensitivity: 'base' })`,
    ),
    expect: memoryCutOff,
  },
  {
    name: 'normalizes a text that grows eighteenfold',
    source: guest(`let s = '\\ufdfa'.repeat(1e6); for (;;) s.normalize('NFKD')`),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'replaces all of a large text by a large text',
    source: guest(`return 'a'.repeat(2 ** 22).replaceAll('a', 'b'.repeat(100)).length`),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'formats numbers with new formats without end',
    source: guest(
      `for (;;) new Intl.NumberFormat('de', { minimumFractionDigits: 20 }).format(Math.PI)`,
    ),
    expect: memoryCutOff,
  },
  {
    name: 'reads JSON that is nested a million times',
    source: guest(`return JSON.parse('['.repeat(4e6) + ']'.repeat(4e6)).length`),
    expect: either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_THREW'], value: 1 }),
  },
  {
    name: 'writes JSON of an object that holds itself a billion times over',
    source: guest('let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; return JSON.stringify(a)'),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'returns an object that holds itself a billion times over',
    source: guest('let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; return a'),
    expect: either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'] }),
  },
];

/** Built-ins in which V8 looks for no interrupt: neither a time limit nor disposing the isolate ends them. */
export const uninterruptible: readonly Idea[] = [
  {
    name: 'searches an array-like of 2 ** 53 - 1 items',
    source: guest('return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'),
    expect: cutOff,
  },
  {
    name: 'searches an array-like of 2 ** 53 - 1 items from its end',
    source: guest('return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)'),
    expect: cutOff,
  },
  {
    name: 'reverses an array-like of 2 ** 53 - 1 items',
    source: guest('return Array.prototype.reverse.call({ length: 2 ** 53 - 1 }).length'),
    expect: memoryCutOff,
  },
  {
    name: 'moves the items of an array-like of 2 ** 53 - 1 items',
    source: guest('return Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1).length'),
    expect: cutOff,
  },
  {
    name: 'fills an array-like of 2 ** 53 - 1 items',
    source: guest('return Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1).length'),
    expect: memoryCutOff,
  },
  {
    name: 'looks for an item in a sparse array of four billion',
    source: guest('const a = []; a.length = 2 ** 32 - 1; for (;;) if (a.includes(1)) return a'),
    expect: cutOff,
  },
  {
    name: 'squares a BigInt until it is gigantic',
    source: guest('let b = 3n; for (;;) b = b * b'),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'raises a BigInt to a large power',
    source: guest('return (7n ** 20_000_000n) % 10n'),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'divides one gigantic BigInt by another',
    source: guest(
      'const b = (1n << 100_000_000n) - 1n; for (;;) b / ((1n << 49_999_999n) + 12345n)',
    ),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'writes a gigantic BigInt in decimal digits',
    source: guest('return ((1n << 200_000_000n) - 1n).toString().length'),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'reads a BigInt of millions of digits',
    source: guest(`return BigInt('7'.repeat(2e7)) > 1n`),
    expect: either(memoryCutOff, { codes: ['ERR_WAYBILL_GUEST_THREW'], value: true }),
  },
  {
    name: 'returns a gigantic BigInt',
    source: guest('return 1n << 500_000_000n'),
    expect: either(memoryCutOff, {
      codes: ['ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', 'ERR_WAYBILL_GUEST_THREW'],
    }),
  },
  {
    name: 'sorts a large array without a comparison',
    source: guest(
      'const a = Array.from({ length: 1e6 }, () => String(Math.random())); for (;;) [...a].sort()',
    ),
    expect: memoryCutOff,
  },
  {
    name: 'joins an array of its own joins',
    source: guest(
      `let a = Array(1e6).fill('x'); for (;;) a.join('yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy')`,
    ),
    expect: either(memoryCutOff, threw),
  },
  {
    name: 'sorts a typed array of a million numbers without end',
    source: guest(
      'const a = Float64Array.from({ length: 1e6 }, Math.random); for (;;) a.toSorted()',
    ),
    expect: memoryCutOff,
  },
];
