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

/** Readings of a soak, in MiB: jitter that lasts for some readings, and what else they do over their share of the run. */
function soak(seed: number, jitter: number, change: (share: number) => number): readonly Reading[] {
  const random = seededRandom(seed);
  let drift = 0;
  return Array.from({ length: 30 }, (_, index) => {
    drift = drift / 2 + (random.next() - 0.5) * jitter;
    return [index, 300 + drift + change(index / 30)] as const;
  });
}

/** How many of many soaks are said to have grown. */
function grownShare(
  jitter: number,
  changeOf: (start: number) => (share: number) => number,
): number {
  const soakCount = 400;
  const grown = Array.from({ length: soakCount }, (_, seed) =>
    growthOf(soak(seed, jitter, changeOf(seed / soakCount))),
  ).filter((growth) => growthBeyondNoise(growth) > 0);
  return grown.length / soakCount;
}

const leak = (share: number): number => share * 6;
const fills = (share: number): number => 20 * (1 - Math.exp(-8 * share));
const stepAt = (start: number) => (share: number) => (share > start ? 12 : 0);

test('a leak that is larger than the jitter is seen, and jitter alone is no growth', () => {
  const growths = (gain: number): readonly number[] =>
    Array.from({ length: 400 }, (_, seed) => {
      const random = seededRandom(seed);
      const jitters = readings((index) => 300 + gain * index + random.next() * 8);
      return growthBeyondNoise(growthOf(jitters));
    });
  expect(growths(2).filter((growth) => growth > 5).length).toBeGreaterThan(392);
  expect(growths(0).filter((growth) => growth > 0).length).toBeLessThan(20);
});

test('a leak of 100 bytes a job is seen, also beside a step and beside what fills up', () => {
  expect(grownShare(1.5, () => leak)).toBeGreaterThan(0.95);
  expect(grownShare(4, () => leak)).toBeGreaterThan(0.75);
  expect(grownShare(1.5, (start) => (share) => leak(share) + stepAt(start)(share))).toBeGreaterThan(
    0.95,
  );
  expect(grownShare(1.5, () => (share) => leak(share) + fills(share))).toBeGreaterThan(0.7);
});

test('a leak by lumps is seen', () => {
  expect(grownShare(0.2, () => (share) => Math.floor(share * 6))).toBe(1);
});

test('what is flat, steps at any time, shrinks or fills up has mostly not grown', () => {
  expect(grownShare(4, () => () => 0)).toBeLessThan(0.05);
  expect(grownShare(1.5, stepAt)).toBeLessThan(0.1);
  expect(
    grownShare(1.5, (start) => (share) => stepAt(start)(share) + stepAt(1 - start / 2)(share)),
  ).toBeLessThan(0.15);
  expect(grownShare(1.5, () => fills)).toBeLessThan(0.1);
  expect(grownShare(1.5, () => (share) => -35 * share)).toBe(0);
});

test('what shrinks has not grown', () => {
  expect(growthBeyondNoise(growthOf(readings((index) => 300 - index)))).toBe(0);
});

test('less than six readings, or readings of one moment, say nothing', () => {
  expect(() => growthOf([])).toThrow(RangeError);
  const four = [0, 1, 2, 3].map((at) => [at, at] as const);
  expect(() => growthOf(four)).toThrow(RangeError);
  expect(() => growthOf(readings(() => 1).map(([, value]) => [5, value] as const))).toThrow(
    RangeError,
  );
});
