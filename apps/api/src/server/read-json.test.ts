import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWaybillError } from '@waybill/protocol';
import { isDeeper, readJson } from './read-json.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const refusal = expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_REQUEST' });

test('any JSON comes out as JSON.parse gives it', () => {
  const harmless = fc
    .jsonValue()
    .filter((value) => !/__proto__|constructor/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(harmless, fc.constantFrom(undefined, 1), (value, indent) => {
      expect(readJson(bytes(JSON.stringify(value, null, indent)), 1_000)).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test('any other bytes are refused with a code, and never by a crash', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string().map(bytes)), (input) => {
      try {
        readJson(input, 5);
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
      expect(isDeeper(text, depth)).toBe(false);
      expect(isDeeper(text, depth - 1)).toBe(true);
    }),
  );
});

test('a text of a million brackets is refused before it is parsed', () => {
  expect(() => readJson(bytes('['.repeat(1_000_000)), 100)).toThrow('at most 100 levels');
  expect(() => readJson(bytes('{"a":'.repeat(1_000_000)), 100)).toThrow('at most 100 levels');
  expect(isDeeper(`"${'['.repeat(1_000)}\\"["`, 1)).toBe(false);
});

test.each([
  '{"__proto__":{"admin":true}}',
  '{"a":[{"\\u005f_proto__":1}]}',
  '{"\\u005f\\u005fproto\\u005f\\u005f":1}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"\\u0063onstructor":{"prototype":1}}',
  '{"con\\u0073tructor":{"proto\\u0074ype":1}}',
])('%s reaches for a prototype and is refused', (text) => {
  expect(() => readJson(bytes(text), 10)).toThrow(refusal);
});

test.each(['{"a":"__proto__"}', '{"constructor":1}', '["\\u0000"]', '{"prototype":{}}'])(
  '%s is harmless and is read',
  (text) => expect(readJson(bytes(text), 10)).toEqual(JSON.parse(text)),
);

test('invalid UTF-8 is refused, not repaired', () => {
  expect(() => readJson(Uint8Array.of(0x22, 0xff, 0x22), 10)).toThrow('UTF-8');
});

test('a refusal does not quote the body', () => {
  expect(() => readJson(bytes('{"password": hunter2}'), 10)).toThrow(/^(?!.*hunter2)/);
});
