import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Lane, WrongAnswer } from '../lanes/lane.ts';
import { closedLoop } from './closed-loop.ts';
import { laneOf } from './lane.fixture.ts';

test('each caller waits for its answer before it calls again', async () => {
  let runningCount = 0;
  let mostCount = 0;
  const lane = laneOf(async () => {
    mostCount = Math.max(mostCount, ++runningCount);
    await setImmediate();
    runningCount -= 1;
  });
  await closedLoop(lane, { callerCount: 3, seconds: 0.02, from: 0 });
  expect(mostCount).toBe(3);
});

test('calls are numbered on from the first number, none twice', async () => {
  const lane = laneOf(() => setImmediate());
  const { callCount, latencies } = await closedLoop(lane, {
    callerCount: 4,
    seconds: 0.01,
    from: 100,
  });
  expect(lane.numbers).toEqual(Array.from({ length: callCount }, (_, index) => 100 + index));
  expect(latencies.count).toBe(callCount);
});

test('each caller calls once where one call takes longer than the load', async () => {
  const lane = laneOf(() => setImmediate());
  expect((await closedLoop(lane, { callerCount: 2, seconds: 0, from: 0 })).callCount).toBe(2);
});

test('a call that fails is an error and no latency', async () => {
  const lane = laneOf(async (number) => {
    await setImmediate();
    if (number === 1) throw new WrongAnswer(1, 2);
  });
  const { callCount, latencies, errors } = await closedLoop(lane, {
    callerCount: 3,
    seconds: 0,
    from: 0,
  });
  expect({ callCount, answered: latencies.count }).toEqual({ callCount: 3, answered: 2 });
  expect(errors).toEqual([new WrongAnswer(1, 2)]);
});

test('the check of an answer is no part of its latency, and what it throws is an error', async () => {
  const lane: Lane = {
    ...laneOf(() => setImmediate()),
    check(number) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      if (number === 1) throw new WrongAnswer(1, 2);
    },
  };
  const { latencies, errors } = await closedLoop(lane, { callerCount: 1, seconds: 0.12, from: 0 });
  expect(errors).toEqual([new WrongAnswer(1, 2)]);
  expect(latencies.count).toBe(2);
  expect(latencies.percentile(50)).toBeLessThan(40);
});

test('a lane that only fails ends its load early', async () => {
  const lane = laneOf(() => {
    throw new Error('broken');
  });
  const load = { callerCount: 2, seconds: 600, from: 0 };
  const { errors, callCount } = await closedLoop(lane, load);
  expect(errors.length).toBe(callCount);
  expect(callCount).toBeLessThan(1_010);
});
