import type { Program } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { TrackRecord } from './track-record.ts';

const program = (source: string): Program => ({ source, sourceType: 'module', modules: [] });
const brought = (tenant: string, source = '1') => ({
  tenant,
  program: program(source),
  functionName: undefined,
});

function recordWith(jobs: readonly Parameters<TrackRecord['add']>[0][]): TrackRecord {
  const record = new TrackRecord();
  for (const job of jobs) record.add(job);
  return record;
}

test('ten jobs that ended without a loss are a good record, of their tenant and program alone', () => {
  const record = recordWith(Array.from({ length: 10 }, () => brought('acme')));
  expect(record.isGood(brought('acme'))).toBe(true);
  expect(record.isGood(brought('globex'))).toBe(false);
  expect(record.isGood(brought('acme', '2'))).toBe(false);
});

test('a record that is forgotten is earned again from the start', () => {
  const record = recordWith(Array.from({ length: 50 }, () => brought('acme')));
  record.forget(brought('acme'));
  for (let count = 0; count < 9; count++) record.add(brought('acme'));
  expect(record.isGood(brought('acme'))).toBe(false);
  record.add(brought('acme'));
  expect(record.isGood(brought('acme'))).toBe(true);
});

test('a deployed function has its record by what was deployed, however large it is', () => {
  const job = { tenant: 'acme', program: program('x'.repeat(10_000)), functionName: 'f' };
  const record = recordWith(Array.from({ length: 10 }, () => job));
  expect(record.isGood(job)).toBe(true);
  expect(record.isGood({ ...job, program: program(job.program.source) })).toBe(false);
  record.forget(job);
  expect(record.isGood(job)).toBe(false);
});

test('what is too large to remember, or not seen for long, has no record', () => {
  const large = brought('acme', 'x'.repeat(4_097));
  const record = recordWith(Array.from({ length: 10 }, () => large));
  expect(record.isGood(large)).toBe(false);
  for (let count = 0; count < 10; count++) record.add(brought('globex'));
  for (let index = 0; index < 1_000; index++) record.add(brought('flood', `${index}`));
  expect(record.isGood(brought('globex'))).toBe(false);
});
