import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFlaw } from './json.ts';

class Money {
  readonly amount = 1;
}

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

test.each<[string, unknown, string]>([
  ['undefined', undefined, '$'],
  ['undefined in an object', { a: undefined }, '$.a'],
  ['a function', { a: { b: () => 1 } }, '$.a.b'],
  ['a symbol', [Symbol('s')], '$[0]'],
  ['a symbol key', { [Symbol('s')]: 1 }, '$'],
  ['a bigint', { n: 1n }, '$.n'],
  ['NaN', [Number.NaN], '$[0]'],
  ['Infinity', Infinity, '$'],
  ['minus zero', -0, '$'],
  ['a Date', { at: new Date(0) }, '$.at'],
  ['a Map', new Map(), '$'],
  ['a class instance', { price: new Money() }, '$.price'],
  ['an array of a subclass', new (class extends Array {})(), '$'],
  ['an array with a hole', Object.assign([1], { 2: 3 }), '$'],
  ['an array with a property', Object.assign([1], { extra: 1 }), '$'],
  [
    'a getter',
    {
      get secret() {
        return 1;
      },
    },
    '$.secret',
  ],
  ['a hidden property', Object.defineProperty({}, 'h', { value: 1 }), '$.h'],
  ['a __proto__ key', JSON.parse('{"a":{"__proto__":{"polluted":1}}}'), '$.a'],
  ['a boxed string', new String('s'), '$'],
])('%s is found, with its path', (_what, value, path) => {
  expect(findJsonFlaw(value, 1000)?.path).toBe(path);
});

test('a cycle is found', () => {
  expect(findJsonFlaw(cycle, 1000)?.found).toContain('cycle');
});

test('a small object that is reached by very many paths costs no more than the limit', () => {
  let node: unknown = 1;
  for (let level = 0; level < 30; level += 1) node = [node, node];
  expect(findJsonFlaw(node, 4096)?.found).toBe('more values than the limit');
});

test('a null-prototype object and the key constructor are plain data', () => {
  const value: unknown = Object.assign(Object.create(null), { constructor: 1, prototype: 2 });
  expect(findJsonFlaw(value, 1000)).toBeUndefined();
});

test('whatever has no flaw comes back from JSON unchanged', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSparseArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(fc.oneof(anything, fc.jsonValue()), (value) => {
      if (findJsonFlaw(value, 100_000) !== undefined) return;
      // A null prototype is the one thing that JSON does not keep; toEqual does not look at it.
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }),
  );
});

test('every JSON value but minus zero and __proto__ is free of flaws', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('__proto__'));
      expect(findJsonFlaw(JSON.parse(text), 100_000)).toBeUndefined();
    }),
  );
});
