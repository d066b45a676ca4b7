import { setImmediate } from 'node:timers/promises';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { type Lane, WrongAnswer } from '../lanes/lane.ts';
import { laneOf } from './lane.fixture.ts';
import { openLoop } from './open-loop.ts';

const load = { seed: 7, perSecond: 500, seconds: 0.4, from: 0 };

/** Holds up the thread as a busy one is: nothing else runs meanwhile. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('calls that come due while the thread stalls count with their wait', async () => {
  const lane = laneOf((number) => {
    if (number === 10) stall(200);
  });
  const { latencies, callCount } = await openLoop(lane, load);
  expect(callCount).toBeGreaterThan(100);
  expect(latencies.percentile(100)).toBeGreaterThanOrEqual(200);
  // Half of all calls came due in the stall, evenly over its length: a quarter of all waited for half of it or more.
  expect(latencies.percentile(80)).toBeGreaterThan(90);
});

test('calls come at their rate although none is answered', async () => {
  const gate = deferred();
  const lane = laneOf(() => gate.promise);
  const loop = openLoop(lane, load);
  while (lane.numbers.length < 100) await setImmediate();
  gate.resolve();
  const { callCount, latencies } = await loop;
  expect(latencies.count).toBe(callCount);
  expect(lane.numbers).toEqual(Array.from({ length: callCount }, (_, index) => index));
});

test('the same seed gives the same calls', async () => {
  const countOf = async (seed: number): Promise<number> =>
    (
      await openLoop(
        laneOf(() => {}),
        { ...load, seconds: 0.1, seed },
      )
    ).callCount;
  const [one, again, other, another] = [1, 1, 2, 3].map(countOf);
  expect(await one).toBe(await again);
  expect(new Set([await one, await other, await another]).size).toBeGreaterThan(1);
});

test('a load that is too slow for its time makes one call', async () => {
  const lane = laneOf(() => {});
  const { callCount } = await openLoop(lane, { ...load, perSecond: 20, seconds: 0 });
  expect(callCount).toBe(1);
});

test('the check of an answer is no part of its latency, and what it throws is an error', async () => {
  const lane: Lane = {
    ...laneOf(() => {}),
    check(number) {
      stall(100);
      if (number === 1) throw new WrongAnswer(1, 2);
    },
  };
  const one = await openLoop(lane, { ...load, perSecond: 20, seconds: 0 });
  expect(one.latencies.percentile(100)).toBeLessThan(90);
  const wrong = await openLoop(lane, { ...load, perSecond: 20, seconds: 0, from: 1 });
  expect([wrong.latencies.count, wrong.errors]).toEqual([0, [new WrongAnswer(1, 2)]]);
});

test('calls that fail are errors, and the others count', async () => {
  const lane = laneOf((number) => {
    if (number % 2 === 0) throw new WrongAnswer(number, undefined);
  });
  const { callCount, latencies, errors } = await openLoop(lane, { ...load, seconds: 0.1 });
  expect(latencies.count + errors.length).toBe(callCount);
  expect(errors.length).toBe(Math.ceil(callCount / 2));
});
