import { defaultLimits } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { TrafficCount } from './traffic-count.ts';

const limit = expect.objectContaining({ code: 'ERR_WAYBILL_HOST_CALL_LIMIT' });

test('calls under way are counted until they end', () => {
  const count = new TrafficCount({ ...defaultLimits, concurrentHostCalls: 2 });
  for (const _call of [1, 2]) count.callBegins();
  expect(() => count.callBegins()).toThrow(limit);
  count.callEnds();
  count.callBegins();
});

test('calls in all are counted for good', () => {
  const count = new TrafficCount({ ...defaultLimits, hostCalls: 2 });
  for (const _call of [1, 2]) {
    count.callBegins();
    count.callEnds();
  }
  expect(() => count.callBegins()).toThrow(limit);
});

test('as many lines are told as may be kept, and the marker that says that some were dropped', () => {
  const count = new TrafficCount({ ...defaultLimits, logLines: 2 });
  expect([1, 2, 3, 4, 5].map(() => count.line())).toEqual([true, true, true, false, false]);
});
