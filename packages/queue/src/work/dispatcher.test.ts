import { until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { Dispatcher } from './dispatcher.ts';
import type { Lease, StartedJob } from './lease-jobs.ts';

// What it is does not matter here.
const aJob = {} as StartedJob;

interface Bench extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  /** How many jobs each lease asked for. */
  readonly asked: number[];
}

async function start(leases: readonly Lease[], gatherMs = 0): Promise<Bench> {
  const left = [...leases];
  const asked: number[] = [];
  const dispatcher = new Dispatcher({
    async lease(count) {
      asked.push(count);
      return left.shift() ?? { jobs: [], hasMore: false };
    },
    begin: () => {},
    freeCount: () => 4,
    pollMs: 60_000,
    gatherMs,
    onError: (error) => expect.unreachable(String(error)),
  });
  dispatcher.start();
  await dispatcher.leased();
  return { dispatcher, asked, [Symbol.asyncDispose]: () => dispatcher.stop() };
}

test('after a lease that took all there was, an attempt that ends is no reason to look again', async () => {
  await using bench = await start([{ jobs: [aJob], hasMore: false }]);
  bench.dispatcher.freed();
  await bench.dispatcher.leased();
  expect(bench.asked).toHaveLength(1);
  bench.dispatcher.kick();
  await bench.dispatcher.leased();
  expect(bench.asked).toHaveLength(2);
});

test('while jobs come and others are left it looks again at once', async () => {
  const some = { jobs: [aJob], hasMore: true };
  await using bench = await start([some, some]);
  expect(bench.asked).toHaveLength(3);
});

test('jobs that were ready and not to be had are looked for when an attempt ends', async () => {
  await using bench = await start([{ jobs: [], hasMore: true }]);
  expect(bench.asked).toHaveLength(1);
  bench.dispatcher.freed();
  await bench.dispatcher.leased();
  expect(bench.asked).toHaveLength(2);
});

test('a dispatcher that waits for jobs that come together takes none when it is stopped', async () => {
  const bench = await start([{ jobs: [aJob], hasMore: false }], 60_000);
  bench.dispatcher.kick();
  await until(() => bench.dispatcher.isLeasing);
  await bench.dispatcher.stop();
  expect(bench.asked).toHaveLength(1);
});
