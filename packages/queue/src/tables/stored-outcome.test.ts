import { limitTable, makeError, readParcel, writeParcel } from '@waybill/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parcelFromText, parcelToText } from './parcel-text.ts';
import { maxOutcomeBytes, packOutcome, readOutcome } from './stored-outcome.ts';

const bounds = { maxChars: limitTable.inputBytes.default, maxDepth: limitTable.depth.default };
const value = fc.anything({
  // Every key but the one that no parcel carries.
  key: fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withUnicodeString: true,
});
const bill = {
  queueMs: 1,
  wallMs: 2,
  cpuMs: 3,
  heapBytes: 4,
  hostCalls: 5,
  hostWaitMs: 6,
  logBytes: 7,
};

test('a value comes back out of a column as it went in, and the text holds nothing that a column does not', () => {
  fc.assert(
    fc.property(value, (given) => {
      const text = parcelToText(writeParcel(given, bounds));
      expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
      expect(readParcel(parcelFromText(text))).toEqual(given);
    }),
  );
});

test('an outcome that succeeded comes back with its value and its bill', () => {
  const outcome = { ok: true, value: [undefined, new Date(0)], bill } as const;
  const packed = packOutcome(outcome);
  expect(packed.error).toBeUndefined();
  expect(readOutcome(packed.text)).toEqual(outcome);
});

test('an outcome that failed comes back with code, details, cause and stacks', () => {
  const cause = new Error('behind it');
  const stackOf = { guest: 'at guest.js:1:1' };
  const error = makeError('ERR_WAYBILL_GUEST_THREW', 'no\0', { details: { a: 1 }, cause, stackOf });
  const packed = packOutcome({ ok: false, error, escalation: 'interrupt' });
  expect(packed.error).toBe(error);
  expect(packed.text).not.toContain('\0');
  const read = readOutcome(packed.text);
  expect(read).toMatchObject({ ok: false, escalation: 'interrupt' });
  const { code, message, details, stack } = error;
  const expected = { code, message, details, stack, stackOf, cause: { message: 'behind it' } };
  expect(read).toMatchObject({ error: expected });
});

test('a value that cannot be written becomes a failure that says so', () => {
  const { text, error } = packOutcome({ ok: true, value: () => 1, bill });
  expect(error).toMatchObject({ code: 'ERR_WAYBILL_INTERNAL' });
  expect(readOutcome(text)).toMatchObject({ ok: false, bill, error: { code: error?.code } });
});

test('a result that is larger than what a row may hold becomes a failure that says so, with its bill', () => {
  const packed = packOutcome({
    ok: true,
    value: 'x'.repeat(maxOutcomeBytes),
    escalation: 'interrupt',
  });
  expect(packed.error).toMatchObject({ code: 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE' });
  expect(readOutcome(packed.text)).toMatchObject({ ok: false, escalation: 'interrupt' });
});
