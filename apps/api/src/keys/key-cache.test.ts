import { expect, test, vi } from 'vitest';
import { KeyCache } from './key-cache.ts';

test('what was there once is known, also when it is old, until it is dropped', async () => {
  let nowMs = 0;
  const there = new Set(['a']);
  const read = async (id: string) => (there.has(id) ? id : undefined);
  const cache = new KeyCache({ read, maxAgeMs: 10, maxCount: 10, now: () => nowMs });
  expect(cache.knows('a')).toBe(false);
  await Promise.all([cache.get('a'), cache.get('b')]);
  expect([cache.knows('a'), cache.knows('b')]).toEqual([true, false]);
  nowMs = 100;
  const again = cache.get('a');
  expect(cache.knows('a')).toBe(true);
  await again;
  cache.drop('a');
  expect(cache.knows('a')).toBe(false);
});

test('an id is read once in its time, also by many at once, also when there is nothing', async () => {
  const clock = { nowMs: 0 };
  const read = vi.fn(async (id: string) => (id === 'a' ? 1 : undefined));
  const cache = new KeyCache({ read, maxAgeMs: 10, maxCount: 5, now: () => clock.nowMs });
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('b')])).toEqual([
    1,
    1,
    undefined,
  ]);
  clock.nowMs = 9;
  await Promise.all([cache.get('a'), cache.get('b')]);
  expect(read).toHaveBeenCalledTimes(2);
  clock.nowMs = 10;
  await cache.get('b');
  expect(read).toHaveBeenCalledTimes(3);
});

test('a read that failed is tried again', async () => {
  const read = vi.fn(async () => 1).mockRejectedValueOnce(new Error('away'));
  const cache = new KeyCache({ read, maxAgeMs: 10, maxCount: 5, now: () => 0 });
  await expect(cache.get('a')).rejects.toThrow('away');
  expect(await cache.get('a')).toBe(1);
});

test('no more is kept than there is room for', async () => {
  const read = vi.fn(async () => 1);
  const cache = new KeyCache({ read, maxAgeMs: 10, maxCount: 2, now: () => 0 });
  for (const id of ['a', 'b', 'c', 'b', 'c', 'a']) await cache.get(id);
  expect(read.mock.calls.length).toBe(4);
});
