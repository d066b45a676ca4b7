import { leakCheck, until } from '@waybill/testkit';
import { expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { heldSignals } from './held-signals.fixture.ts';
import { createHistoryWatch } from './history-watch.ts';

/** A watch on a table of nothing but counts. */
function makeBench(counts: Record<string, number> = {}) {
  const { signals, wake, listenerCount } = heldSignals();
  const looks: (readonly string[])[] = [];
  const errors: unknown[] = [];
  const bench = { isDown: false };
  const database = {
    async query(_text: string, [ids]: readonly unknown[] = []) {
      looks.push(ids as readonly string[]);
      if (bench.isDown) throw new Error('down');
      return Object.entries(counts).map(([id, count]) => ({ id, count }));
    },
  } as unknown as Database;
  const onError = (error: unknown): void => void errors.push(error);
  const watch = createHistoryWatch({ database, signals, onError, lookMs: 1 });
  return { watch, wake, listenerCount, looks, errors, bench, counts };
}

test('a signal wakes the readers of its job and no others', async () => {
  const { watch, wake } = makeBench({ one: 0, two: 0 });
  using one = watch.read('one');
  using two = watch.read('two');
  const woken: string[] = [];
  const first = one.changed(0).then(() => woken.push('one'));
  const second = two.changed(0).then(() => woken.push('two'));
  wake(new Set(['two']));
  await second;
  expect(woken).toEqual(['two']);
  wake('*');
  await first;
  watch[Symbol.dispose]();
});

test('what was told before a reader waits is not lost', async () => {
  const { watch, wake } = makeBench();
  using reader = watch.read('one');
  wake(new Set(['one']));
  await expect(reader.changed(0)).resolves.toBe(true);
  watch[Symbol.dispose]();
});

test('a change without a signal is seen by a look at all jobs together, also after the database was away', async () => {
  const { watch, looks, errors, bench, counts } = makeBench({ one: 1, two: 1 });
  using one = watch.read('one');
  using two = watch.read('two');
  bench.isDown = true;
  const changed = one.changed(1);
  void two.changed(1);
  await until(() => errors.length > 0);
  bench.isDown = false;
  counts['one'] = 2;
  await expect(changed).resolves.toBe(true);
  expect(looks.every((ids) => ids.length === 2)).toBe(true);
  watch[Symbol.dispose]();
});

test('a watch without readers, and a closed one, does nothing and holds nothing', async () => {
  await using _leaks = leakCheck();
  const { watch, listenerCount } = makeBench({ one: 0 });
  const leaving = new AbortController();
  {
    using reader = watch.read('one', leaving.signal);
    const ended = reader.changed(0);
    leaving.abort();
    await expect(ended).resolves.toBe(false);
  }
  using last = watch.read('one');
  const ended = last.changed(0);
  watch[Symbol.dispose]();
  await expect(ended).resolves.toBe(false);
  await expect(last.changed(0)).resolves.toBe(false);
  expect(listenerCount()).toBe(0);
});
