import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { isPassing } from './is-passing.ts';

test.each([
  [true, makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'in a test')],
  [true, Object.assign(new Error('deadlock'), { code: '40P01' })],
  [true, Object.assign(new Error('disk full'), { code: '53100' })],
  [false, Object.assign(new Error('out of memory'), { code: '53200' })],
  [false, Object.assign(new Error('program limit exceeded'), { code: '54000' })],
  [false, Object.assign(new Error('check violated'), { code: '23514' })],
  [false, makeError('ERR_WAYBILL_INTERNAL', 'in a test')],
  [false, new TypeError('a fault of ours')],
  [false, undefined],
])('it is %s that %s may pass by itself', (passes, error) => {
  expect(isPassing(error)).toBe(passes);
});
