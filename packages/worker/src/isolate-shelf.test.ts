import { deferred, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { memoryBytes, openBench } from './bench.fixture.ts';
import type { ReadyIsolate } from './isolate-maker.ts';

test('jobs that ask for one key at once get the one isolate that is made', async () => {
  await using bench = openBench();
  const all = [1, 2, 3].map(() => bench.shelf.take('a', () => bench.make()));
  const [first, ...others] = await Promise.all(all);
  expect(others).toEqual([first, first]);
  expect(first).toMatchObject({ jobCount: 3, useCount: 3 });
  expect(bench.maker.createdCount).toBe(1);
});

test('what making an isolate fails with reaches all who asked, and the next one makes it anew', async () => {
  await using bench = openBench();
  const fail = (): Promise<ReadyIsolate> => Promise.reject(new Error('no memory'));
  const both = await Promise.allSettled([bench.shelf.take('a', fail), bench.shelf.take('a', fail)]);
  expect(both).toMatchObject([
    { reason: { message: 'no memory' } },
    { reason: { message: 'no memory' } },
  ]);
  expect(bench.shelf.size).toBe(0);
  expect(await bench.shelf.take('a', () => bench.make())).toMatchObject({ jobCount: 1 });
});

test('an isolate that is slow to make delays nobody who asks for another', async () => {
  await using bench = openBench({ maxPerThread: 1 });
  const slow = deferred<ReadyIsolate>();
  const waiting = bench.shelf.take('slow', () => slow.promise);
  await bench.shelf.take('quick', () => bench.make());
  slow.resolve(await bench.make());
  expect((await waiting).key).toBe('slow');
});

test('an isolate that served often enough is replaced, and disposed when its last job has ended', async () => {
  await using bench = openBench({ maxUses: 2 });
  const take = () => bench.shelf.take('a', () => bench.make());
  const old = await take();
  await take();
  const fresh = await take();
  expect(fresh).not.toBe(old);
  expect(bench.recycled).toEqual(['acme use']);
  bench.shelf.giveBack(old, false);
  expect(old.isolate.state).toBe('open');
  bench.shelf.giveBack(old, false);
  expect(old.isolate.state).toBe('disposed');
  expect(fresh.isolate.state).toBe('open');
});

test('an isolate past its age takes no new job', async () => {
  await using bench = openBench({ maxAgeMs: 1 });
  const old = await bench.shelf.take('a', () => bench.make());
  await until(() => performance.now() - old.isolate.bornMs > 1);
  const fresh = await bench.shelf.take('a', () => bench.make());
  expect(fresh).not.toBe(old);
  expect(bench.recycled[0]).toBe('acme age');
});

test('an old isolate that nobody asks for goes by itself', async () => {
  await using bench = openBench({ maxAgeMs: 5 });
  const old = await bench.shelf.take('a', () => bench.make());
  bench.shelf.giveBack(old, false);
  await until(() => bench.shelf.size === 0);
  expect(old.isolate.state).toBe('disposed');
  expect(bench.recycled).toEqual(['acme age']);
});

test('an isolate that keeps too much heap takes no new job', async () => {
  await using bench = openBench({ maxHeapRatio: 0.5 });
  const full = await bench.shelf.take('a', () => bench.make());
  full.heapBytes = 0.6 * memoryBytes;
  bench.shelf.giveBack(full, false);
  expect(await bench.shelf.take('a', () => bench.make())).not.toBe(full);
  expect(bench.recycled).toEqual(['acme heap']);
});

test('an isolate that is gone is replaced', async () => {
  await using bench = openBench();
  const gone = await bench.shelf.take('a', () => bench.make());
  bench.shelf.giveBack(gone, false);
  await gone.isolate.dispose();
  expect(await bench.shelf.take('a', () => bench.make())).not.toBe(gone);
  expect(bench.recycled).toEqual(['acme lost']);
});

test('an isolate whose guest was cut off is given to nobody else', async () => {
  await using bench = openBench();
  const unsure = await bench.shelf.take('a', () => bench.make());
  bench.shelf.giveBack(unsure, true);
  expect(unsure.isolate.state).toBe('disposed');
  expect(bench.shelf.size).toBe(0);
  expect(bench.shelf.recycledCount).toBe(1);
});

test('an isolate is not disposed under a job that is about to have it', async () => {
  await using bench = openBench();
  const first = await bench.shelf.take('a', () => bench.make());
  const taking = bench.shelf.take('a', () => bench.make());
  bench.shelf.giveBack(first, true);
  const second = await taking;
  expect(second.isolate.state).toBe('open');
  bench.shelf.giveBack(second, false);
  expect(second.isolate.state).toBe('disposed');
});

test('with more isolates than there may be, the one unused for longest goes', async () => {
  await using bench = openBench({ maxPerThread: 2 });
  const serve = async (key: string) => {
    const shelved = await bench.shelf.take(key, () => bench.make(key));
    bench.shelf.giveBack(shelved, false);
    return shelved;
  };
  const [a, b] = [await serve('a'), await serve('b')];
  await serve('a');
  await serve('c');
  expect(bench.recycled).toEqual(['b idle']);
  expect([a.isolate.state, b.isolate.state]).toEqual(['open', 'disposed']);
});

test('isolates in use stay although there are too many, until the first job ends', async () => {
  await using bench = openBench({ maxPerThread: 1 });
  const a = await bench.shelf.take('a', () => bench.make('a'));
  const b = await bench.shelf.take('b', () => bench.make('b'));
  expect(bench.shelf.size).toBe(2);
  bench.shelf.giveBack(b, false);
  expect(bench.recycled).toEqual(['b idle']);
  expect(a.isolate.state).toBe('open');
});

test('a key that is retired while its isolate is made serves the job that waits, and then goes', async () => {
  await using bench = openBench();
  const slow = deferred<ReadyIsolate>();
  const taking = bench.shelf.take('a', () => slow.promise);
  const retiring = bench.shelf.retireKey('a');
  slow.resolve(await bench.make());
  const shelved = await taking;
  await retiring;
  expect(shelved.isolate.state).toBe('open');
  expect(bench.shelf.size).toBe(0);
  bench.shelf.giveBack(shelved, false);
  expect(shelved.isolate.state).toBe('disposed');
});

test('retiring a key that nobody has, or that cannot be made, is no error', async () => {
  await using bench = openBench();
  await bench.shelf.retireKey('nobody');
  const slow = deferred<ReadyIsolate>();
  const taking = bench.shelf.take('a', () => slow.promise);
  const retiring = bench.shelf.retireKey('a');
  slow.reject(new Error('no memory'));
  await expect(taking).rejects.toThrow('no memory');
  await retiring;
});

test('closing waits for an isolate that is being made and disposes it', async () => {
  await using bench = openBench();
  const slow = deferred<ReadyIsolate>();
  const taking = bench.shelf.take('a', () => slow.promise);
  const closing = bench.shelf.close();
  const ready = await bench.make();
  slow.resolve(ready);
  await Promise.all([taking, closing]);
  expect(ready.isolate.state).toBe('disposed');
});
