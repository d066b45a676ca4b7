import { expect, test } from 'vitest';
import { HeapWatch } from './heap-watch.ts';

test('a thread is worn out when looks in a row, each a second after the last, find too much in use', () => {
  let usedBytes = 150;
  const watch = new HeapWatch(100, () => usedBytes);
  expect(watch.look(0)).toBe(false);
  // What comes sooner than a second later is no look.
  for (const nowMs of [10, 500, 999]) expect(watch.look(nowMs)).toBe(false);
  expect(watch.look(1_000)).toBe(false);
  usedBytes = 100;
  expect(watch.look(2_000)).toBe(false);
  usedBytes = 101;
  expect([3_000, 4_000, 5_000].map((nowMs) => watch.look(nowMs))).toEqual([false, false, true]);
});

test('a thread that uses little is not worn out', () => {
  const watch = new HeapWatch(2 ** 40);
  expect([0, 1_000, 2_000, 3_000].some((nowMs) => watch.look(nowMs))).toBe(false);
});
