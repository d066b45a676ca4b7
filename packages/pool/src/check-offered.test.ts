import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkEnded,
  checkId,
  checkLine,
  checkName,
  checkParcel,
  checkReason,
} from './check-offered.ts';

const line = { seq: 0, atMs: 1.5, level: 'log', text: 'hello' };
const ended = { name: 'users.get', tookMs: 1, ok: true };

test('what has its shape comes through, and nothing that came along with it', () => {
  expect(checkLine({ ...line, jobId: 'another' })).toEqual(line);
  expect(checkEnded({ ...ended, tenant: 'another' })).toEqual(ended);
  expect(checkParcel({ text: '1', bytes: '', more: 1 })).toEqual({ text: '1', bytes: '' });
  expect([checkId(7), checkName('acme'), checkReason('age')]).toEqual([7, 'acme', 'age']);
});

test.each([
  ['a line that is null', () => checkLine(null)],
  ['a line without a text', () => checkLine({ ...line, text: undefined })],
  ['a line of an unknown level', () => checkLine({ ...line, level: 'fatal' })],
  ['an end without a time', () => checkEnded({ ...ended, tookMs: '1' })],
  ['an end with a name of a megabyte', () => checkEnded({ ...ended, name: 'x'.repeat(1e6) })],
  ['a parcel of numbers', () => checkParcel({ text: 1, bytes: 2 })],
  ['an id that is a name', () => checkId('1')],
  ['a reason of its own', () => checkReason('because')],
])('%s is refused', (_what, check) => {
  expect(check).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_RPC_REFUSED' }));
});

test('whatever comes is taken or refused with that one code', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const check of [checkEnded, checkId, checkLine, checkName, checkParcel, checkReason]) {
        try {
          check(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_WAYBILL_RPC_REFUSED' });
        }
      }
    }),
  );
});
