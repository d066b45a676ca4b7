import { expect, test } from 'vitest';
import { encodeValue } from '@waybill/protocol/http';
import { parseJob, parseRun, parseScheduledJob, withFunction } from './requests.ts';

test('a run is a program or a function, for the tenant of the credentials whatever the body says', () => {
  const body = { source: 'export default () => 1', input: { a: 1 }, tenant: 'evil' };
  expect(parseRun(body, 'acme')).toStrictEqual({
    kind: 'program',
    spec: {
      source: body.source,
      sourceType: undefined,
      modules: undefined,
      input: { a: 1 },
      tenant: 'acme',
    },
  });
  expect(parseRun({ function: 'f', version: 2, input: 1 }, 'acme')).toStrictEqual({
    kind: 'function',
    ref: { tenant: 'acme', name: 'f', version: 2 },
    spec: { input: 1 },
  });
});

test('an input that JSON cannot hold comes as a parcel', () => {
  const { parcel } = encodeValue(new Map([[1n, new Date(5)]]));
  const run = parseRun({ source: '1', inputParcel: parcel }, 'acme');
  expect(run.spec.input).toStrictEqual(new Map([[1n, new Date(5)]]));
  expect(run.spec).not.toHaveProperty('inputParcel');
});

test.each([
  ['an input and a parcel', { source: '1', input: 1, inputParcel: '1' }, 'INVALID_REQUEST'],
  ['a parcel that is none', { source: '1', inputParcel: '#[' }, 'INVALID_REQUEST'],
  ['a version beside source', { source: '1', version: 1 }, 'INVALID_JOB'],
  ['a source beside function', { source: '1', function: 'f' }, 'INVALID_JOB'],
  ['modules beside function', { function: 'f', modules: {} }, 'INVALID_JOB'],
  ['a source type beside function', { function: 'f', sourceType: 'module' }, 'INVALID_JOB'],
] as const)('%s is refused', (_what, body, code) => {
  expect(() => parseRun(body, 'acme')).toThrow(
    expect.objectContaining({ code: `ERR_WAYBILL_${code}` }),
  );
});

test('a durable job has its moment in ms', () => {
  const body = { ...withFunction({ input: 1 }, 'f'), startAfter: '2026-01-31T12:00:00+01:00' };
  expect(parseJob(body, 'acme')).toStrictEqual({
    function: 'f',
    input: 1,
    tenant: 'acme',
    startAfterMs: Date.UTC(2026, 0, 31, 11),
  });
});

test('a moment that no calendar has is refused', () => {
  expect(() => parseJob({ source: '1', startAfter: '2026-13-31T12:00:00Z' }, 'acme')).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_REQUEST' }),
  );
});

test('the job of a schedule has its input decoded', () => {
  expect(parseScheduledJob({ source: '1', inputParcel: '#["u"]' })).toStrictEqual({
    source: '1',
    input: undefined,
  });
});
