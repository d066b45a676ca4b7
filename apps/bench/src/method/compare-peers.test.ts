import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WrongAnswer } from '../lanes/lane.ts';
import { benchOf } from './bench.fixture.ts';
import { comparePeers } from './compare-peers.ts';
import { laneOf } from './lane.fixture.ts';

const good = (name: string) => laneOf(() => setImmediate(), name);
const plan = { what: 'warm call', callerCount: 2 };

test('each peer is compared with ours, and all stand in one chart a unit', async () => {
  const peers = [good('one'), good('another')];
  const ours = good('ours');
  const { comparisons, figures, omitted } = await comparePeers(benchOf(), { ...plan, ours, peers });
  expect(comparisons.map(({ other, what }) => `${other.name}: ${what}`)).toEqual([
    'one: latency p50 alone',
    'one: throughput',
    'another: latency p50 alone',
    'another: throughput',
  ]);
  expect(omitted).toEqual([]);
  for (const { series } of figures) {
    expect(series.map(({ name }) => name)).toEqual(['ours', 'one', 'another']);
  }
});

test('a peer that answers wrongly is left out with what it did, and is not held against the pool', async () => {
  const bench = benchOf();
  const wrong = laneOf(async (number) => {
    await setImmediate();
    if (number % 5 === 3) throw new WrongAnswer(number, 0);
  }, 'careless');
  const peers = [wrong, good('one')];
  const { comparisons, omitted } = await comparePeers(bench, {
    ...plan,
    ours: good('ours'),
    peers,
  });
  expect(new Set(comparisons.map(({ other }) => other.name))).toEqual(new Set(['one']));
  expect(omitted).toEqual([
    expect.stringMatching(/^careless: \d+ of \d+ calls answered wrongly, 0 failed: .*got 0/),
  ]);
  expect(bench.book.checks()).toMatchObject({ wrongCount: 0, failedCount: 0 });
});

test('a peer that answers nothing is left out', async () => {
  const dead = laneOf(() => Promise.reject(new Error('connection refused')), 'dead');
  const { comparisons, figures, omitted } = await comparePeers(benchOf(), {
    ...plan,
    ours: good('ours'),
    peers: [dead],
  });
  expect([comparisons, figures]).toEqual([[], []]);
  expect(omitted).toEqual([expect.stringContaining('connection refused')]);
});

test('what fails on our side is no excuse of a peer', async () => {
  const bench = benchOf();
  const ours = laneOf(() => Promise.reject(new Error('we are broken')), 'ours');
  const compared = comparePeers(bench, { ...plan, ours, peers: [good('one')] });
  await expect(compared).rejects.toThrow('ours answered no call');
  expect(bench.book.checks().failedCount).toBeGreaterThan(0);
});

test('the end of the run is not taken for a failure of a peer', async () => {
  const bench = benchOf({ signal: AbortSignal.abort(new Error('Ctrl-C')) });
  const compared = comparePeers(bench, { ...plan, ours: good('ours'), peers: [good('one')] });
  await expect(compared).rejects.toThrow('Ctrl-C');
});
