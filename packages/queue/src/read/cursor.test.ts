import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageLimit, readCursor, toPage, writeCursor } from './cursor.ts';

const jobs = { list: 'jobs', tenant: 'acme' } as const;
const isAnything = (): boolean => true;
const refused = expect.objectContaining({
  code: 'ERR_WAYBILL_INVALID_REQUEST',
  details: { issues: [expect.objectContaining({ path: 'cursor' })] },
});

test('a cursor gives back its key, and is plain text for an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      const cursor = writeCursor(jobs, key);
      expect(cursor).toMatch(/^[\w-]*$/);
      expect(readCursor(jobs, cursor, isAnything)).toBe(key);
    }),
  );
});

test('a cursor of another list, of another tenant or of all tenants is refused', () => {
  for (const other of [
    { list: 'functions', tenant: 'acme' },
    { list: 'jobs', tenant: 'globex' },
    { list: 'jobs', tenant: undefined },
  ] as const) {
    expect(() => readCursor(jobs, writeCursor(other, 'key'), isAnything)).toThrow(refused);
    expect(() => readCursor(other, writeCursor(jobs, 'key'), isAnything)).toThrow(refused);
  }
});

test('what is no cursor, or has no key of the list, is refused', () => {
  fc.assert(
    fc.property(fc.string(), (made) => {
      expect(() => readCursor(jobs, made, isAnything)).toThrow(refused);
    }),
  );
  expect(() => readCursor(jobs, writeCursor(jobs, 'key'), () => false)).toThrow(refused);
});

test.each([0, 201, 1.5, Number.NaN])('a page of %d entries is refused', (limit) => {
  const code = 'ERR_WAYBILL_INVALID_REQUEST';
  expect(() => pageLimit(limit)).toThrow(expect.objectContaining({ code }));
});

test('a page names the next one only if there is more', () => {
  expect(pageLimit()).toBe(50);
  expect(toPage([1, 2], 2, String)).toEqual({ items: [1, 2] });
  expect(toPage([1, 2, 3], 2, String)).toEqual({ items: [1, 2], next: '2' });
});
