import { makeError } from '@waybill/protocol';
import type { GuestJob } from '@waybill/sandbox';
import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { makeMessage } from './attempt-message.fixture.ts';
import { RunningAttempt } from './running-attempt.ts';

const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');

test('an attempt that is stopped before its guest starts stops it as it starts', async () => {
  const attempt = new RunningAttempt(makeMessage(), 1);
  const stopped: unknown[] = [];
  attempt.stop(cancelled);
  attempt.begin({ stop: (error: unknown) => void stopped.push(error) } as unknown as GuestJob);
  expect(await attempt.stopped).toBe(cancelled);
  expect(stopped).toEqual([cancelled]);
});

test('the first reason to stop counts', async () => {
  const attempt = new RunningAttempt(makeMessage(), 1);
  attempt.stop(cancelled);
  attempt.stop(makeError('ERR_WAYBILL_CLOSED', 'in a test'));
  expect(await attempt.stopped).toBe(cancelled);
});

test('a guest function cannot be called before the guest passed one', () => {
  const attempt = new RunningAttempt(makeMessage(), 1);
  expect(() => attempt.callGuest(1, { text: '', bytes: '' })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_JOB_ENDED' }),
  );
});

test('what was told is waited for, whether it arrives or not', async () => {
  const attempt = new RunningAttempt(makeMessage(), 1);
  const [one, two] = [deferred(), deferred()];
  attempt.hasTold(one.promise);
  attempt.hasTold(two.promise);
  const all = attempt.allTold();
  one.reject(new Error('nobody listens'));
  two.resolve();
  await all;
});
