import { ContextSnapshot, ContextVariable } from '@waybill/context';
import { type Deferred, deferred, leakCheck, until } from '@waybill/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BatcherOptions, createBatcher } from './batcher.ts';

type Options = BatcherOptions<number, string>;

interface Write {
  readonly items: readonly number[];
  readonly end: Deferred<readonly (string | Error)[]>;
}

/** A batcher whose writes end when the test says so. */
function makeBench(changes: Partial<Options> = {}) {
  const writes: Write[] = [];
  const batcher = createBatcher<number, string>({
    write: (items) => {
      const end = deferred<readonly (string | Error)[]>();
      writes.push({ items, end });
      return end.promise;
    },
    weigh: () => 1,
    maxWeight: 100,
    maxCount: 10,
    maxWriting: 1,
    ...changes,
  });
  const hasWrites = (count: number): Promise<unknown> => until(() => writes.length >= count);
  return { batcher, writes, hasWrites };
}

const written = ({ items, end }: Write): void => end.resolve(items.map(String));

test('what comes while a batch is written goes together in the next one', async () => {
  await using _leaks = leakCheck();
  const { batcher, writes, hasWrites } = makeBench();
  const first = batcher.add(1);
  await hasWrites(1);
  const others = [2, 3, 4].map((item) => batcher.add(item));
  writes.forEach(written);
  await expect(first).resolves.toBe('1');
  await hasWrites(2);
  writes.forEach(written);
  await expect(Promise.all(others)).resolves.toEqual(['2', '3', '4']);
  expect(writes.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  await batcher.close();
});

test('a full batch is written at once, in the same turn', async () => {
  const { batcher, writes } = makeBench({ maxCount: 3 });
  const added = [1, 2, 3].map((item) => batcher.add(item));
  expect(writes).toHaveLength(1);
  writes.forEach(written);
  await expect(Promise.all(added)).resolves.toEqual(['1', '2', '3']);
});

test('items that are too heavy together go one after the other, also one that is too heavy alone', async () => {
  const { batcher, writes, hasWrites } = makeBench({ weigh: (item) => item, maxWeight: 5 });
  const added = [9, 2, 3, 1].map((item) => batcher.add(item));
  for (const count of [1, 2, 3]) {
    await hasWrites(count);
    writes.slice(count - 1).forEach(written);
  }
  await Promise.all(added);
  expect(writes.map(({ items }) => items)).toEqual([[9], [2, 3], [1]]);
});

test('an item fails with its own error, and all of a batch with that of the batch', async () => {
  const { batcher, writes, hasWrites } = makeBench();
  const one = [1, 2].map((item) => batcher.add(item));
  await hasWrites(1);
  const all = [3, 4].map((item) => batcher.add(item));
  writes[0]?.end.resolve(['1', new Error('two')]);
  await expect(one[0]).resolves.toBe('1');
  await expect(one[1]).rejects.toThrow('two');
  await hasWrites(2);
  writes[1]?.end.reject(new Error('both'));
  for (const failed of all) await expect(failed).rejects.toThrow('both');
});

test('a batch is written in the root context, whoever adds to it', async () => {
  const variable = new ContextVariable<string>({ name: 'test.batcher' });
  const seen: unknown[] = [];
  const { batcher } = makeBench({
    maxCount: 2,
    write: async (items) => {
      seen.push(variable.get());
      return items.map(String);
    },
  });
  await variable.run('mine', () => Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]));
  await ContextSnapshot.root.run(() => batcher.close());
  expect(seen).toEqual([undefined, undefined]);
});

test('a closed batcher has written what came before and refuses with ERR_WAYBILL_CLOSED what comes after', async () => {
  await using _leaks = leakCheck();
  const { batcher, writes } = makeBench();
  const before = batcher.add(1);
  const closed = batcher.close();
  await expect(batcher.add(2)).rejects.toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  writes.forEach(written);
  await expect(before).resolves.toBe('1');
  await closed;
});

test('in any interleaving each item is written once, in order, and gets its own result', async () => {
  const options = fc.record({
    maxCount: fc.integer({ min: 1, max: 5 }),
    maxWriting: fc.integer({ min: 1, max: 3 }),
    maxWeight: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      options,
      fc.integer({ min: 0, max: 20 }),
      async (s, sizes, count) => {
        const batches: (readonly number[])[] = [];
        let writingCount = 0;
        const { batcher } = makeBench({
          ...sizes,
          weigh: (item) => item % 4,
          async write(items) {
            batches.push(items);
            writingCount += 1;
            expect(writingCount).toBeLessThanOrEqual(sizes.maxWriting);
            await s.schedule(Promise.resolve());
            writingCount -= 1;
            return items.map((item) => (item % 5 === 0 ? new Error(`${item}`) : `${item}`));
          },
        });
        const ends: string[] = [];
        const adding = Array.from({ length: count }, async (_, item) => {
          await s.schedule(Promise.resolve());
          const end = await batcher.add(item).catch((error: Error) => `not ${error.message}`);
          ends[item] = end;
        });
        await s.waitFor(Promise.all(adding));
        await batcher.close();
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual([...ends.keys()]);
        expect(ends).toEqual(ends.map((_, item) => (item % 5 === 0 ? `not ${item}` : `${item}`)));
        for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(sizes.maxCount);
      },
    ),
    { numRuns: 50 },
  );
});
