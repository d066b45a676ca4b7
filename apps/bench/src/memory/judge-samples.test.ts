import { expect, test } from 'vitest';
import { judgeSamples } from './judge-samples.ts';
import type { Sample } from './sample.ts';

const MiB = 2 ** 20;

function samples(change: (index: number) => Partial<Sample>): readonly Sample[] {
  return Array.from({ length: 20 }, (_, index) => ({
    jobCount: (index + 1) * 5_000,
    atSeconds: index,
    heapBytes: 20 * MiB,
    ownRssBytes: 100 * MiB,
    poolRssBytes: 200 * MiB + (index % 2) * MiB,
    threadCount: 30,
    fileCount: 40,
    ...change(index),
  }));
}

test('a soak in which nothing changes has grown by nothing', () => {
  const { memory, failures } = judgeSamples(samples(() => ({})));
  expect(Math.abs(memory.by)).toBeLessThan(memory.noise);
  expect(failures).toEqual([]);
});

test('what is taken while it warms up counts for nothing', () => {
  const warming = (index: number): Partial<Sample> =>
    index < 7 ? { ownRssBytes: index * 10 * MiB, heapBytes: index * MiB, threadCount: index } : {};
  const { memory, failures } = judgeSamples(samples(warming));
  expect(Math.abs(memory.by)).toBeLessThan(memory.noise);
  expect(failures).toEqual([]);
});

test('memory of all processes together is what grows', () => {
  const { memory } = judgeSamples(
    samples((index) => ({ ownRssBytes: (100 + index) * MiB, poolRssBytes: (200 + index) * MiB })),
  );
  // From the eighth sample to the twentieth.
  expect(memory.by).toBeCloseTo(24, 3);
});

test('a heap, threads and files that grow are failures, each by itself', () => {
  const failuresOf = (change: (index: number) => Partial<Sample>): readonly string[] =>
    judgeSamples(samples(change)).failures;
  expect(failuresOf((index) => ({ heapBytes: (20 + index) * MiB }))).toEqual([
    'the heap grew by 12.0 MiB',
  ]);
  expect(failuresOf((index) => ({ threadCount: 30 + index }))).toEqual([
    'the count of threads grew by 12.0 threads',
  ]);
  expect(failuresOf((index) => ({ fileCount: 40 + index }))).toEqual([
    'the count of open files grew by 12.0 files',
  ]);
});
