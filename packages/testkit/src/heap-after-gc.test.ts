import { expect, test } from 'vitest';
import { heapAfterGc } from './heap-after-gc.ts';

const HELD_COUNT = 500_000;

test('memory that is held counts, and memory that was let go does not', () => {
  const before = heapAfterGc();
  let held: object[] | undefined = Array.from({ length: HELD_COUNT }, (_, index) => ({ index }));
  expect(heapAfterGc() - before).toBeGreaterThan(HELD_COUNT * 8);
  expect(held.length).toBe(HELD_COUNT);
  held = undefined;
  expect(heapAfterGc() - before).toBeLessThan(HELD_COUNT * 8);
});

test('the running context gets no gc function', () => {
  heapAfterGc();
  expect('gc' in globalThis).toBe(false);
});
