import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

test('the same seed gives the same sequence', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [left, right] = [seededRandom(seed), seededRandom(seed)];
      for (let index = 0; index < 20; index += 1) expect(left.next()).toBe(right.next());
    }),
  );
});

test('every number is in its range', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000 }), (seed, limitCount) => {
      const random = seededRandom(seed);
      const number = random.integer(limitCount);
      expect(Number.isInteger(number)).toBe(true);
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(limitCount);
      expect([1, 2, 3]).toContain(random.pick([1, 2, 3]));
    }),
  );
});

test('picking from nothing is refused', () => {
  expect(() => seededRandom(1).pick([])).toThrow(RangeError);
});

test('the random turns of two tasks change the order in which they end', async () => {
  const random = seededRandom(2026);
  const ended: number[] = [];
  const tasks = Array.from({ length: 20 }, async (_, index) => {
    await random.turns(50);
    ended.push(index);
  });
  await Promise.all(tasks);
  expect(ended).not.toEqual(ended.toSorted((left, right) => left - right));
  expect(new Set(ended).size).toBe(20);
});
