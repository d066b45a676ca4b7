import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWaybillError } from '@waybill/protocol';
import { passedLimit, readJson } from './read-json.ts';

const limits = { maxDepth: 100, maxValues: 1_000_000 };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const refusal = expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_REQUEST' });

test('any JSON comes out as JSON.parse gives it', () => {
  const harmless = fc
    .jsonValue()
    .filter((value) => !/__proto__|constructor/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(harmless, fc.constantFrom(undefined, 1), (value, indent) => {
      expect(readJson(bytes(JSON.stringify(value, null, indent)), limits)).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test('any other bytes are refused with a code, and never by a crash', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string().map(bytes)), (input) => {
      try {
        readJson(input, limits);
      } catch (error) {
        expect(isWaybillError(error) && error.code).toBe('ERR_WAYBILL_INVALID_REQUEST');
      }
    }),
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('depth is that of brackets outside of strings', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const depth = depthOf(value);
      const text = JSON.stringify(value);
      expect(passedLimit(text, { ...limits, maxDepth: depth })).toBeUndefined();
      expect(passedLimit(text, { ...limits, maxDepth: depth - 1 })).toBe('maxDepth');
    }),
  );
});

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + countOf(part), 1);
}

test('no more values are read than may be, and all that may be, but for empty arrays and objects', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const empty = text.match(/\[\]|\{\}/g)?.length ?? 0;
      const count = countOf(value);
      expect(passedLimit(text, { ...limits, maxValues: count - 1 })).toBe('maxValues');
      expect(passedLimit(text, { ...limits, maxValues: count + empty })).toBeUndefined();
    }),
  );
});

test('a text of many small values is refused before it is parsed', () => {
  const text = `[${'0,'.repeat(1_000_000)}`;
  expect(() => readJson(bytes(text), limits)).toThrow('at most 1000000 values');
});

test('a text of a million brackets is refused before it is parsed', () => {
  expect(() => readJson(bytes('['.repeat(1_000_000)), limits)).toThrow('at most 100 levels');
  expect(() => readJson(bytes('{"a":'.repeat(1_000_000)), limits)).toThrow('at most 100 levels');
  const quoted = `"${'['.repeat(1_000)}\\"["`;
  expect(passedLimit(quoted, { ...limits, maxDepth: 1 })).toBeUndefined();
});

test.each([
  '{"__proto__":{"admin":true}}',
  '{"a":[{"\\u005f_proto__":1}]}',
  '{"\\u005f\\u005fproto\\u005f\\u005f":1}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"\\u0063onstructor":{"prototype":1}}',
  '{"con\\u0073tructor":{"proto\\u0074ype":1}}',
])('%s reaches for a prototype and is refused', (text) => {
  expect(() => readJson(bytes(text), limits)).toThrow(refusal);
});

test.each(['{"a":"__proto__"}', '{"constructor":1}', '["\\u0000"]', '{"prototype":{}}'])(
  '%s is harmless and is read',
  (text) => expect(readJson(bytes(text), limits)).toEqual(JSON.parse(text)),
);

test('invalid UTF-8 is refused, not repaired', () => {
  expect(() => readJson(Uint8Array.of(0x22, 0xff, 0x22), limits)).toThrow('UTF-8');
});

test('a refusal does not quote the body', () => {
  expect(() => readJson(bytes('{"password": hunter2}'), limits)).toThrow(/^(?!.*hunter2)/);
});
