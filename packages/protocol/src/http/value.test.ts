import { expect, test } from 'vitest';
import fc from 'fast-check';
import { decodeValue, encodeValue } from './value.ts';

/** What a message does to a value: it is JSON. */
function overTheWire(value: unknown): unknown {
  const message = JSON.parse(JSON.stringify(encodeValue(value))) as object;
  return decodeValue(message);
}

const bytes = fc.uint8Array().map((items) => Uint8Array.from(items));
const leaf = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: false }),
  bytes,
  fc.float64Array(),
);
const key = fc.string().filter((text) => text !== '__proto__');
const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(key, tie('node'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(tie('node'), tie('node')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('node'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).node;

test('any value that a parcel carries comes out of a message as it went in', () => {
  fc.assert(
    fc.property(value, (given) => {
      expect(overTheWire(given)).toStrictEqual(given);
    }),
  );
});

test('what JSON holds exactly stays readable JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (given) => {
      fc.pre(!JSON.stringify(given).includes('__proto__'));
      const { value: json, parcel } = encodeValue(given);
      // -0 is a value of JSON that JSON.stringify loses.
      if (parcel === undefined) expect(JSON.parse(JSON.stringify(json))).toStrictEqual(given);
      else expect(hasNegativeZero(given)).toBe(true);
    }),
  );
});

function hasNegativeZero(given: unknown): boolean {
  if (Object.is(given, -0)) return true;
  return typeof given === 'object' && given !== null && Object.values(given).some(hasNegativeZero);
}

test.each([
  ['-0', -0],
  ['NaN', Number.NaN],
  ['a Date', new Date(0)],
  ['a BigInt', 1n],
  ['undefined in an array', [undefined]],
  ['undefined as a member', { a: undefined }],
  ['a Map', new Map([[1, 2]])],
  ['bytes', new Uint8Array([0, 10, 255])],
])('%s travels as a parcel', (_what, given) => {
  expect(encodeValue(given)).toStrictEqual({ parcel: expect.any(String) });
  expect(overTheWire(given)).toStrictEqual(given);
});

test('undefined is neither a value nor a parcel', () => {
  expect(encodeValue(undefined)).toStrictEqual({});
  expect(decodeValue({})).toBeUndefined();
});

test('a value that no parcel carries is refused with its place', () => {
  expect(() => encodeValue({ a: [() => 1] })).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_NOT_CARRIABLE',
      details: { path: '$.a[0]', found: 'a function' },
    }),
  );
});

test('a value and a parcel together are refused', () => {
  expect(() => decodeValue({ value: 1, parcel: '1' })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_REQUEST' }),
  );
});

test('text that is no parcel is refused with the code that was asked for, whatever it is', () => {
  const near = fc.oneof(
    fc.string(),
    fc.string().map((text) => `#${text}`),
    fc.string().map((text) => `#["x","Uint8Array",0,4]\n${text}`),
    fc.json().map((text) => `#${text}`),
  );
  fc.assert(
    fc.property(near, (parcel) => {
      try {
        decodeValue({ parcel }, 'ERR_WAYBILL_BAD_ANSWER');
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_WAYBILL_BAD_ANSWER' });
      }
    }),
  );
});

test('a parcel gives no value a prototype', () => {
  for (const parcel of ['{"__proto__":{"a":1}}', '#["o",{"__proto__":["o",{"a":1}]}]']) {
    expect(() => decodeValue({ parcel })).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_REQUEST' }),
    );
  }
});
