import { expect, test } from 'vitest';
import { errorCodes, isErrorCode } from './error-codes.ts';
import { limitTable } from './limits.ts';

const entries = Object.entries(errorCodes);

test.each(entries)(
  '%s has an HTTP status of an error and a sentence as its meaning',
  (code, entry) => {
    expect(code).toMatch(/^ERR_WAYBILL_[A-Z]+(_[A-Z]+)*$/);
    expect(entry.httpStatus).toBeGreaterThanOrEqual(400);
    expect(entry.httpStatus).toBeLessThan(600);
    expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
  },
);

test('only statuses that mean "try again" belong to retryable codes', () => {
  for (const [, entry] of entries) {
    if (entry.retryable) expect([408, 429, 503, 504]).toContain(entry.httpStatus);
  }
});

test('a name that every object inherits is no code', () => {
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(isErrorCode(name)).toBe(false);
});

test('every limit fails with codes of the table and has its default within its range', () => {
  for (const [name, entry] of Object.entries(limitTable)) {
    expect(entry.codes.every(isErrorCode), name).toBe(true);
    expect(entry.default, name).toBeGreaterThanOrEqual(entry.min);
    expect(entry.default, name).toBeLessThanOrEqual(entry.max);
    expect(entry.defends, name).toMatch(/^[A-Z].*\.$/);
  }
});
