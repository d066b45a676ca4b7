import { expect, test } from 'vitest';
import { benchOf } from './bench.fixture.ts';
import { warmUp } from './warm-up.ts';

const sides = { ours: 'A', other: 'B' };

test.each([
  { isQuick: false, order: 'B A A B' },
  { isQuick: true, order: 'B A' },
])('both sides are called by turns, quick $isQuick: $order', async ({ isQuick, order }) => {
  const called: string[] = [];
  await warmUp(benchOf({ isQuick }), sides, async (side) => called.push(side));
  expect(called.join(' ')).toBe(order);
});

test('a run that is ended from outside ends before the next round', async () => {
  const end = new AbortController();
  const called: string[] = [];
  const measure = async (side: string): Promise<number> => {
    end.abort(new Error('Ctrl-C'));
    return called.push(side);
  };
  const bench = benchOf({ isQuick: false, signal: end.signal });
  await expect(warmUp(bench, sides, measure)).rejects.toThrow('Ctrl-C');
  expect(called).toEqual(['B', 'A']);
});
