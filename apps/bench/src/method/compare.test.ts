import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { benchOf } from './bench.fixture.ts';
import { compare, type ComparePlan, comparison } from './compare.ts';
import { laneOf } from './lane.fixture.ts';

const plan: ComparePlan = { callerCount: 4, roundCount: 2, roundSeconds: 0.03, loadShare: 0.5 };

/** A call of so many turns of the event loop. */
const turns = (count: number) => async (): Promise<void> => {
  for (let left = count; left > 0; left--) await setImmediate();
};

test('two lanes are compared alone, under a load that waits for nobody, and at what they can do at most', async () => {
  const pair = { ours: laneOf(turns(40), 'ours'), other: laneOf(turns(1), 'bare') };
  const targets = {
    alone: 'warmP50',
    underLoad: 'freshP50',
    throughput: 'warmThroughput',
  } as const;
  const { comparisons, distributions } = await compare(benchOf(), pair, { ...plan, targets });

  expect(comparisons.map(({ what, unit, loop, target }) => [what, unit, loop, target])).toEqual([
    ['latency p50 alone', 'ms', 'closed', 'warmP50'],
    ['latency p50 at 50 % load', 'ms', 'open', 'freshP50'],
    ['throughput', 'calls/s', 'closed', 'warmThroughput'],
  ]);
  const [alone, , throughput] = comparisons;
  expect(alone?.ratio.median).toBeGreaterThan(2);
  expect(throughput?.ratio.median).toBeLessThan(0.5);
  expect(distributions.map(({ name }) => name)).toEqual(['ours', 'bare']);
});

test('every call of a comparison is counted, and none has the number of another', async () => {
  const bench = benchOf();
  const pair = { ours: laneOf(turns(1)), other: laneOf(turns(1)) };
  await compare(bench, pair, plan);
  const numbers = [...pair.ours.numbers, ...pair.other.numbers];
  expect(bench.book.checks().callCount).toBe(numbers.length);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('progress goes from nothing towards the whole', async () => {
  const bench = benchOf();
  await compare(bench, { ours: laneOf(turns(1)), other: laneOf(turns(1)) }, plan);
  expect(bench.said.map(([share]) => share)).toEqual([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6]);
});

test('a run that is ended from outside ends with its reason before the next round', async () => {
  const end = new AbortController();
  const bench = benchOf({ signal: end.signal, progress: () => end.abort(new Error('Ctrl-C')) });
  const pair = { ours: laneOf(turns(1)), other: laneOf(turns(1)) };
  await expect(compare(bench, pair, plan)).rejects.toThrow('Ctrl-C');
});

test('a lane that answers no call has no number', async () => {
  const broken = laneOf(() => {
    throw new Error('lost');
  }, 'bare');
  const bench = benchOf();
  await expect(compare(bench, { ours: laneOf(turns(1)), other: broken }, plan)).rejects.toThrow(
    'bare answered no call: Error: lost',
  );
  expect(bench.book.checks().failedCount).toBeGreaterThan(0);
});

test('the median of a side is that of its rounds, beside the median of the ratios and the rounds themselves', () => {
  const rounds = [
    { ours: 1, other: 1 },
    { ours: 4, other: 2 },
    { ours: 3, other: 3 },
  ];
  const names = { ours: { name: 'ours' }, other: { name: 'bare' } };
  const made = comparison(names, { what: 'latency', unit: 'ms', loop: 'none', rounds });
  expect(made).toMatchObject({
    ours: { name: 'ours', median: 3 },
    other: { name: 'bare', median: 2 },
    ratio: { median: 1, roundCount: 3 },
    rounds,
  });
  expect(made).not.toHaveProperty('target');
});
