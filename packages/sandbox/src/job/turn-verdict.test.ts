import { defaultLimits } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { type JobFacts, cutVerdict, deadlineVerdict, turnVerdict } from './turn-verdict.ts';

const facts = (changed: Partial<JobFacts> = {}): JobFacts => ({
  limits: { ...defaultLimits, cpuMs: 100, wallMs: 1_000 },
  cpuMs: 50,
  deadline: 'ahead',
  hasBegun: true,
  waitsFor: () => [],
  ...changed,
});

test.each([
  ['done', {}, undefined],
  ['stray', {}, undefined],
  ['done', { cpuMs: 101 }, 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  ['done', { cpuMs: 101, deadline: 'reached' }, 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
  ['timed-out', { cpuMs: 90 }, 'ERR_WAYBILL_GUEST_CPU_LIMIT'],
  ['timed-out', { cpuMs: 10 }, 'ERR_WAYBILL_WORKER_UNRESPONSIVE'],
  ['timed-out', { cpuMs: 10, deadline: 'reached' }, 'ERR_WAYBILL_DEADLINE_EXCEEDED'],
  ['timed-out', { deadline: 'reached', hasBegun: false }, 'ERR_WAYBILL_WORKER_UNRESPONSIVE'],
  ['timed-out', { deadline: 'reached without the thread' }, 'ERR_WAYBILL_WORKER_UNRESPONSIVE'],
  ['out-of-memory', {}, 'ERR_WAYBILL_GUEST_MEMORY_LIMIT'],
  ['heap-broken', {}, 'ERR_WAYBILL_GUEST_MEMORY_LIMIT'],
  ['lost', {}, 'ERR_WAYBILL_ISOLATE_LOST'],
] as const)('a turn that ended %s with %j gives %s', (end, changed, code) => {
  expect(turnVerdict(end, facts(changed))?.code).toBe(code);
});

test('a guest that had little computing time is told so as the fault of the machine, with the numbers', () => {
  const error = turnVerdict('timed-out', facts({ cpuMs: 12.34 }));
  expect(error).toMatchObject({ blame: 'host', retryable: true });
  expect(error?.details).toEqual({ cpuMs: 12.34, limitMs: 100 });
});

test('a turn that its limit did not end is judged by what it computed, like one that it did', () => {
  expect(cutVerdict(facts({ cpuMs: 150 })).code).toBe('ERR_WAYBILL_GUEST_CPU_LIMIT');
  expect(cutVerdict(facts({ cpuMs: 10 })).code).toBe('ERR_WAYBILL_WORKER_UNRESPONSIVE');
  const late = facts({ deadline: 'reached' });
  expect(cutVerdict(late).code).toBe('ERR_WAYBILL_DEADLINE_EXCEEDED');
});

test('at the deadline the host functions that the guest waits for are named', () => {
  const error = deadlineVerdict(facts({ deadline: 'reached', waitsFor: () => ['users.get'] }));
  expect(error).toMatchObject({
    code: 'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
    details: { pending: 'users.get' },
  });
});
