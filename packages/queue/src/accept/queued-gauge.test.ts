import { expect, test } from 'vitest';
import type { Queryable } from '../database/database.ts';
import { fullAgeMs, makeQueuedGauge } from './queued-gauge.ts';

/** A table of nothing but counts. */
function makeBench(maxCount: number) {
  const counts = new Map<string, number>();
  const bench = { nowMs: 0, counts, readings: [] as string[] };
  const database: Queryable = {
    async query<Row extends object>(_text: string, [names]: readonly unknown[] = []) {
      const asked = names as readonly string[];
      bench.readings.push(...asked);
      return asked.map((name) => ({ name, count: counts.get(name) ?? 0 })) as unknown as Row[];
    },
    script: () => Promise.reject(new Error('expected no script')),
  };
  const gauge = makeQueuedGauge(database, { maxCount, now: () => bench.nowMs });
  return { ...bench, bench, gauge };
}

test('no more are taken than may wait, and one that was not added may be taken again', async () => {
  const { gauge, counts } = makeBench(4);
  counts.set('acme', 2);
  await gauge.refresh(['acme', 'acme', 'globex']);
  expect(['acme', 'acme', 'acme'].map((tenant) => gauge.take(tenant))).toEqual([true, true, false]);
  expect(gauge.queuedCount('acme')).toBe(4);
  gauge.end('acme', false);
  gauge.end('acme', true);
  expect([gauge.take('acme'), gauge.take('acme'), gauge.take('globex')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('a tenant that is full is let in again once it has room and its number is old', async () => {
  const { gauge, counts, bench } = makeBench(1);
  counts.set('acme', 1);
  await gauge.refresh(['acme']);
  counts.set('acme', 0);
  bench.nowMs = fullAgeMs - 1;
  await gauge.refresh(['acme']);
  expect(gauge.take('acme')).toBe(false);
  bench.nowMs = fullAgeMs;
  await gauge.refresh(['acme']);
  expect(gauge.take('acme')).toBe(true);
});

test('jobs that are about to be added count beside those that a reading sees', async () => {
  const { gauge, counts, bench } = makeBench(2);
  await gauge.refresh(['acme']);
  expect([gauge.take('acme'), gauge.take('acme')]).toEqual([true, true]);
  bench.nowMs = fullAgeMs;
  await gauge.refresh(['acme']);
  expect(gauge.take('acme')).toBe(false);
  counts.set('acme', 2);
  gauge.end('acme', true);
  gauge.end('acme', true);
  bench.nowMs = 2 * fullAgeMs;
  await gauge.refresh(['acme']);
  expect(gauge.queuedCount('acme')).toBe(2);
});

test('a tenant with much room is not counted for every batch', async () => {
  const { gauge, bench } = makeBench(100);
  for (let atMs = 0; atMs < 10_000; atMs += 100) {
    bench.nowMs = atMs;
    await gauge.refresh(['acme']);
  }
  expect(bench.readings).toEqual(['acme']);
});

test('tenants that are not heard of for long are forgotten', async () => {
  const { gauge, bench } = makeBench(10);
  await gauge.refresh(Array.from({ length: 1_500 }, (_, index) => `tenant-${index}`));
  gauge.take('tenant-0');
  gauge.end('tenant-0', true);
  bench.nowMs = 60_000;
  await gauge.refresh(['other']);
  expect(gauge.queuedCount('tenant-0')).toBe(0);
});
