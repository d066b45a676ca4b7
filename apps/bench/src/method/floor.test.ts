import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { benchOf } from './bench.fixture.ts';
import { floorOf } from './floor.ts';
import { laneOf } from './lane.fixture.ts';

test('a border is measured with its calls checked and counted, and closed', async () => {
  const bench = benchOf();
  const close = vi.fn(() => Promise.resolve());
  const lane = { ...laneOf(() => setImmediate(), 'raw port'), [Symbol.asyncDispose]: close };
  const { what, unit, value } = await floorOf(bench, lane);
  expect([what, unit]).toEqual(['raw port, one round trip alone, p50', 'µs']);
  expect(value).toBeGreaterThan(0);
  expect(bench.book.checks()).toMatchObject({ callCount: lane.numbers.length, failedCount: 0 });
  expect(close).toHaveBeenCalledOnce();
});

test('a border is closed when the run is ended from outside', async () => {
  const close = vi.fn(() => Promise.resolve());
  const lane = { ...laneOf(() => setImmediate()), [Symbol.asyncDispose]: close };
  const bench = benchOf({ signal: AbortSignal.abort(new Error('Ctrl-C')) });
  await expect(floorOf(bench, lane)).rejects.toThrow('Ctrl-C');
  expect(close).toHaveBeenCalledOnce();
});
