import { defaultRetryPolicy } from '@waybill/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

const none = (): number => 0;
const most = (): number => 1 - 2 ** -53;

test('the wait doubles with each failure, and chance takes away up to half of it', () => {
  const waits = [1, 2, 3, 4].map((count) => [
    retryDelayMs(defaultRetryPolicy, count, none),
    Math.round(retryDelayMs(defaultRetryPolicy, count, most)),
  ]);
  expect(waits).toEqual([
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [4_000, 8_000],
  ]);
});

test('a fixed wait is always the same', () => {
  const policy = { ...defaultRetryPolicy, backoff: 'fixed', delaySeconds: 7 } as const;
  expect([1, 2, 50].map((count) => retryDelayMs(policy, count, most))).toEqual([
    7_000, 7_000, 7_000,
  ]);
});

test('no wait is longer than the longest, nor negative, nor anything but a number', () => {
  fc.assert(
    fc.property(
      fc.record({
        delaySeconds: fc.integer({ min: 0, max: 86_400 }),
        maxDelaySeconds: fc.integer({ min: 1, max: 86_400 }),
        backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
      }),
      fc.integer({ min: 1, max: 101 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (fields, failureCount, chance) => {
        const policy = { ...defaultRetryPolicy, ...fields };
        const waitMs = retryDelayMs(policy, failureCount, () => chance);
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(fields.maxDelaySeconds * 1_000);
      },
    ),
  );
});
