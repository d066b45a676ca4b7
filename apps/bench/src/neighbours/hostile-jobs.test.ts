import type { Outcome } from '@waybill/orchestrator';
import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { expectFailure, hostileJob, tameKinds } from './hostile-jobs.ts';

const facts = { jobId: 'job', tenant: 'mallory', logs: [] };

function failedWith(code: Parameters<typeof makeError>[0]): Outcome {
  return { ...facts, ok: false, error: makeError(code, 'as a test says') } as unknown as Outcome;
}

test('a hostile job that ends with a code of its own is as it must be', () => {
  const job = hostileJob('loops', 0);
  expect(() => expectFailure(failedWith('ERR_WAYBILL_GUEST_CPU_LIMIT'), job)).not.toThrow();
});

test('a hostile job that lost its process to another one is as it may be', () => {
  const job = hostileJob('floodsHost', 0);
  expect(() => expectFailure(failedWith('ERR_WAYBILL_PROCESS_EXITED'), job)).not.toThrow();
});

test('a hostile job that ends with the code of another kind is named with both', () => {
  const job = hostileJob('recurses', 0);
  expect(() => expectFailure(failedWith('ERR_WAYBILL_GUEST_CPU_LIMIT'), job)).toThrow(
    'mallory-recurses: expected ERR_WAYBILL_GUEST_THREW, got ERR_WAYBILL_GUEST_CPU_LIMIT',
  );
});

test('a hostile job that gives a value was not stopped', () => {
  const outcome = { ...facts, ok: true, value: 1 } as unknown as Outcome;
  for (const kind of tameKinds) {
    expect(() => expectFailure(outcome, hostileJob(kind, 0))).toThrow('got ok');
  }
});

test('jobs that wedge are programs of their own', () => {
  const [one, other] = [hostileJob('wedges', 1), hostileJob('wedges', 2)];
  expect(one.spec.source).not.toBe(other.spec.source);
});
