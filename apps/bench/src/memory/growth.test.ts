import { seededRandom } from '@waybill/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growthBeyondNoise, growthOf, type Reading } from './growth.ts';

const count = 24;

function readings(valueAt: (index: number) => number): readonly Reading[] {
  return Array.from({ length: count }, (_, index) => [index * 1_000, valueAt(index)] as const);
}

test('readings on a line have grown by what lies between the first and the last, without noise', () => {
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 500 }), fc.integer(), (step, start) => {
      const { by, noise } = growthOf(readings((index) => start + index * step));
      expect(by).toBeCloseTo(step * (count - 1), 3);
      expect(noise).toBeCloseTo(0, 3);
    }),
  );
});

test('readings that only jitter have not grown beyond their noise', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const random = seededRandom(seed);
      const growth = growthOf(readings(() => 300 + random.next() * 8));
      // By chance alone a line gains more than its noise once in some thousand times, and then hardly more.
      expect(growthBeyondNoise(growth)).toBeLessThan(2);
    }),
  );
});

test('a leak that is larger than the jitter is seen', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const random = seededRandom(seed);
      const growth = growthOf(readings((index) => 300 + index + random.next() * 8));
      expect(growthBeyondNoise(growth)).toBeGreaterThan(5);
    }),
  );
});

test('one step of memory in the middle is not told from jitter as long as it is as small', () => {
  const growth = growthOf(readings((index) => 300 + (index % 3) * 4 + (index > 12 ? 3 : 0)));
  expect(growthBeyondNoise(growth)).toBe(0);
});

test('what shrinks has not grown', () => {
  expect(growthBeyondNoise(growthOf(readings((index) => 300 - index)))).toBe(0);
});

test('less than three readings, or readings of one moment, say nothing', () => {
  expect(() => growthOf([])).toThrow(RangeError);
  const two: readonly Reading[] = [
    [0, 1],
    [1, 2],
  ];
  expect(() => growthOf(two)).toThrow(RangeError);
  expect(() => growthOf(readings(() => 1).map(([, value]) => [5, value] as const))).toThrow(
    RangeError,
  );
});
