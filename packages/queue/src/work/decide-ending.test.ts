import { type ErrorCode, defaultRetryPolicy, makeError } from '@waybill/protocol';
import { describe, expect, test } from 'vitest';
import { type Judgement, type Standing, afterFailure, afterReturn } from './decide-ending.ts';

const standing: Standing = {
  jobId: 'a',
  attempt: 1,
  failureCount: 0,
  lostCount: 0,
  cancelReason: null,
};
const cancelled: Standing = { ...standing, cancelReason: 'not needed' };
const judgement: Judgement = { retry: defaultRetryPolicy, isFinal: false, random: () => 0 };
const any: Judgement = { ...judgement, retry: { ...defaultRetryPolicy, of: 'any' } };

describe('an attempt that failed', () => {
  test.each<[ErrorCode, 'retry' | 'failed', 'retry' | 'failed']>([
    ['ERR_WAYBILL_PROCESS_EXITED', 'retry', 'retry'],
    ['ERR_WAYBILL_GUEST_THREW', 'failed', 'retry'],
    ['ERR_WAYBILL_PROCESS_NOT_STARTED', 'failed', 'retry'],
    ['ERR_WAYBILL_INVALID_JOB', 'failed', 'failed'],
    ['ERR_WAYBILL_FUNCTION_NOT_FOUND', 'failed', 'failed'],
  ])(
    'with %s: it is %s by the policy for what may pass, and %s by the one for any',
    (code, ofRetryable, ofAny) => {
      const error = makeError(code, 'in a test');
      expect(afterFailure(standing, error, judgement).kind).toBe(ofRetryable);
      expect(afterFailure(standing, error, any).kind).toBe(ofAny);
    },
  );

  test('is tried again as often as the policy says, lost attempts not counted', () => {
    const error = makeError('ERR_WAYBILL_PROCESS_EXITED', 'in a test');
    const after = (failureCount: number): string =>
      afterFailure({ ...standing, failureCount, lostCount: 5 }, error, judgement).kind;
    expect([0, 1, 2, 3].map(after)).toEqual(['retry', 'retry', 'retry', 'failed']);
  });

  test('is not tried again where no attempt could do better', () => {
    const error = makeError('ERR_WAYBILL_INTERNAL', 'in a test');
    expect(afterFailure(standing, error, { ...any, isFinal: true }).kind).toBe('failed');
  });

  test.each<ErrorCode>([
    'ERR_WAYBILL_QUEUE_FULL',
    'ERR_WAYBILL_TENANT_QUEUE_FULL',
    'ERR_WAYBILL_QUEUE_DEADLINE',
    'ERR_WAYBILL_CLOSED',
  ])('with %s did not begin: it is handed back and waits longer each time', (code) => {
    const error = makeError(code, 'in a test');
    const after = (attempt: number): unknown =>
      afterFailure({ ...standing, attempt, failureCount: 3, lostCount: 1 }, error, judgement);
    const returned = { kind: 'return', reason: 'handed back' };
    expect(after(5)).toEqual({ ...returned, delayMs: 500 });
    expect(after(7)).toEqual({ ...returned, delayMs: 2_000 });
    expect(after(2_000)).toEqual({ ...returned, delayMs: 30_000 });
    expect(afterFailure(cancelled, error, judgement).kind).toBe('cancelled');
  });

  test('is cancelled where its end was asked for, whatever it failed with', () => {
    const own = makeError('ERR_WAYBILL_CANCELLED', 'by its own words');
    expect(afterFailure(cancelled, own, any)).toEqual({ kind: 'cancelled', error: own });
    const other = makeError('ERR_WAYBILL_PROCESS_EXITED', 'in a test');
    expect(afterFailure(cancelled, other, any)).toMatchObject({
      kind: 'cancelled',
      error: { code: 'ERR_WAYBILL_CANCELLED', cause: other },
    });
  });
});

describe('an attempt that came back', () => {
  test('goes on, until too many of its job were lost', () => {
    const after = (lostCount: number): unknown => afterReturn({ ...standing, lostCount }, 'lost');
    expect(after(4)).toEqual({ kind: 'return', reason: 'lost' });
    expect(after(5)).toMatchObject({
      kind: 'failed',
      error: { code: 'ERR_WAYBILL_ATTEMPTS_LOST', details: { lostCount: 6, maxLostCount: 5 } },
    });
  });

  test('goes on however often it was handed back', () => {
    const lostOften = { ...standing, lostCount: 5 };
    expect(afterReturn(lostOften, 'handed back')).toEqual({
      kind: 'return',
      reason: 'handed back',
    });
  });

  test('is cancelled where its end was asked for', () => {
    for (const reason of ['lost', 'handed back'] as const) {
      expect(afterReturn(cancelled, reason)).toMatchObject({
        kind: 'cancelled',
        error: { code: 'ERR_WAYBILL_CANCELLED', message: 'job a was cancelled: not needed' },
      });
    }
  });
});
