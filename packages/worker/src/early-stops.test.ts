import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { EarlyStops } from './early-stops.ts';

const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');

test('an order is given once, to the attempt it is for', () => {
  const stops = new EarlyStops();
  stops.keep(7, cancelled);
  expect(stops.take(8)).toBeUndefined();
  expect(stops.take(7)).toBe(cancelled);
  expect(stops.take(7)).toBeUndefined();
});

test('orders for attempts that never come do not add up', () => {
  const stops = new EarlyStops();
  for (let attemptId = 1; attemptId <= 5_000; attemptId++) stops.keep(attemptId, cancelled);
  expect(stops.size).toBe(1_024);
  expect(stops.take(1)).toBeUndefined();
  expect(stops.take(5_000)).toBe(cancelled);
});
