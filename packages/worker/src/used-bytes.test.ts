import type { GuestIsolate } from '@waybill/sandbox';
import { leakCheck } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { openBench } from './bench.fixture.ts';
import { usedBytes } from './used-bytes.ts';

test('the heap of an idle isolate is what it says', async () => {
  await using bench = openBench();
  const { isolate } = await bench.make();
  expect(await usedBytes(isolate, 0)).toBeGreaterThan(100_000);
});

test('an isolate that is gone uses nothing', async () => {
  await using bench = openBench();
  const { isolate } = await bench.make();
  await isolate.dispose();
  expect(await usedBytes(isolate, 7)).toBe(0);
});

test('an isolate that computes for too long is not waited for', async () => {
  await using _leaks = leakCheck();
  const busy = { usedBytes: () => new Promise(() => {}) } as unknown as GuestIsolate;
  expect(await usedBytes(busy, 7)).toBe(7);
});
