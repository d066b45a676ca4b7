import { expect, test } from 'vitest';
import { graceMs, judge, type Observation } from './oracle.ts';
import type { HostileProgram } from './program.ts';

const program: HostileProgram = {
  family: 'escape',
  name: 'looks for a way out',
  source: '',
  expect: { codes: ['ERR_WAYBILL_GUEST_THREW'], value: [] },
};

const harmless: Observation = {
  tookMs: 10,
  deadlineMs: 1_000,
  ended: { value: [] },
  settledCount: 1,
  leaked: [],
  harm: [],
  besideMs: 30,
};

function faults(seen: Partial<Observation>): readonly string[] {
  return judge(program, { ...harmless, ...seen }).faults;
}

test('a program that ends as expected and finds nothing has no faults', () => {
  expect(faults({})).toEqual([]);
  expect(faults({ ended: { code: 'ERR_WAYBILL_GUEST_THREW', message: 'no' } })).toEqual([]);
});

test('each kind of harm is a fault', () => {
  expect(faults({ ended: { value: ['input: process'] } })).toContain(
    'it got hold of input: process',
  );
  expect(faults({ leaked: ['a secret'] })).toEqual(['it got hold of a secret']);
  expect(faults({ ended: { value: 5 } })).toEqual(['it returned 5']);
  expect(faults({ ended: { code: 'ERR_WAYBILL_INTERNAL', message: 'odd' } })).toEqual([
    'it ended with ERR_WAYBILL_INTERNAL: odd',
  ]);
  expect(faults({ tookMs: 1_001 + graceMs })).toHaveLength(1);
  expect(faults({ settledCount: 2 })).toEqual(['it settled 2 times']);
  expect(faults({ besideMs: 4_000 })).toEqual(['a job beside it took 4000 ms']);
  expect(faults({ harm: ['a canary is dead'] })).toEqual(['a canary is dead']);
});

test('a program that never settled is said to be one', () => {
  const { tookMs: _tookMs, ended: _ended, ...seen } = harmless;
  const verdict = judge(program, { ...seen, settledCount: 0 });
  expect(verdict.ended).toBe('nothing');
  expect(verdict.faults).toEqual(['it did not settle', 'it settled 0 times']);
});

test('an expectation for the running version of Node.js goes before the general one', () => {
  const major = process.versions.node.split('.', 1)[0] ?? '';
  const here = { ...program, nodes: { [major]: { value: 'here' } } };
  expect(judge(here, { ...harmless, ended: { value: 'here' } }).faults).toEqual([]);
  const elsewhere = { ...program, nodes: { 1: { value: 'there' } } };
  expect(judge(elsewhere, harmless).faults).toEqual([]);
});
