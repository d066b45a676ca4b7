import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile, ratioOf } from './ratio.ts';

test('the ratio of rounds is the median of their ratios, with the range of the middle half', () => {
  const rounds = [1, 2, 3, 4, 100].map((ours) => ({ ours: ours * 10, other: 10 }));
  expect(ratioOf(rounds)).toEqual({ median: 3, low: 2, high: 4, roundCount: 5 });
});

test('a round in which the machine was slow for both sides does not move the ratio', () => {
  const calm = { ours: 2, other: 1 };
  expect(ratioOf([calm, { ours: 200, other: 100 }, calm]).median).toBe(2);
});

test('one round is its own median and has no spread', () => {
  expect(ratioOf([{ ours: 3, other: 2 }])).toEqual({
    median: 1.5,
    low: 1.5,
    high: 1.5,
    roundCount: 1,
  });
});

test('no round has no ratio', () => {
  expect(() => ratioOf([])).toThrow(RangeError);
});

test.each([
  { ours: -1, other: 2 },
  { ours: 1, other: -2 },
  { ours: 1, other: 0 },
  { ours: NaN, other: 1 },
])('a round of %o has no ratio, and none of its neighbours stands in for it', (bad) => {
  const none = { median: NaN, low: NaN, high: NaN, roundCount: 3 };
  expect(ratioOf([{ ours: 1, other: 1 }, bad, { ours: 1, other: 1 }])).toEqual(none);
});

test('a quantile between two numbers stands between them', () => {
  expect(quantile([1, 2], 0.5)).toBe(1.5);
  expect(quantile([0, 10, 20], 0.25)).toBe(5);
});

test('a quantile never leaves the range of its numbers and grows with its share', () => {
  const numbers = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(numbers, share, share, (given, one, other) => {
      const sorted = given.toSorted((a, b) => a - b);
      const low = quantile(sorted, Math.min(one, other));
      const high = quantile(sorted, Math.max(one, other));
      expect(low).toBeGreaterThanOrEqual(sorted[0] ?? NaN);
      expect(high).toBeLessThanOrEqual(sorted.at(-1) ?? NaN);
      // Two ways to the same number may round apart.
      expect(high).toBeGreaterThanOrEqual(low * (1 - 1e-12));
    }),
  );
});
