import type { StoredFunction } from '@waybill/protocol';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { heldSignals } from '../read/held-signals.fixture.ts';
import { createFunctionCache, maxAgeMs } from './function-cache.ts';

const key = { tenant: 'acme', name: 'greet', version: undefined };

function makeBench() {
  const held = heldSignals();
  const bench = { nowMs: 0, readCount: 0 };
  const cache = createFunctionCache({ signals: held.signals, now: () => bench.nowMs });
  const read = async (): Promise<StoredFunction | undefined> => {
    bench.readCount += 1;
    return undefined;
  };
  return { ...held, cache, bench, read };
}

test('what was read is given again for a second, also that there is none', async () => {
  const { cache, bench, read } = makeBench();
  await Promise.all([cache.get(key, read), cache.get(key, read)]);
  bench.nowMs = maxAgeMs - 1;
  await cache.get(key, read);
  expect(bench.readCount).toBe(1);
  bench.nowMs = maxAgeMs;
  await cache.get(key, read);
  await cache.get({ ...key, version: 1 }, read);
  expect(bench.readCount).toBe(3);
});

test('a change is heard of at once, also while the function is being read', async () => {
  const { cache, bench, read, wake } = makeBench();
  const reading = deferred<StoredFunction | undefined>();
  const first = cache.get(key, () => reading.promise);
  wake(new Set(['globex']));
  const second = cache.get(key, read);
  expect(bench.readCount).toBe(0);
  wake(new Set(['acme']));
  reading.resolve(undefined);
  await Promise.all([first, second]);
  await cache.get(key, read);
  expect(bench.readCount).toBe(1);
});

test('a read that failed is not kept', async () => {
  const { cache, bench, read } = makeBench();
  await expect(cache.get(key, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  await cache.get(key, read);
  expect(bench.readCount).toBe(1);
});

test('only the functions of a moment are kept, and a disposed cache hears nothing', async () => {
  const { cache, bench, read, listenerCount } = makeBench();
  await cache.get(key, read);
  for (let index = 0; index < 256; index += 1) await cache.get({ ...key, name: `${index}` }, read);
  await cache.get(key, read);
  expect(bench.readCount).toBe(258);
  cache[Symbol.dispose]();
  expect(listenerCount()).toBe(0);
});
