import { limitTable, writeParcel } from '@waybill/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashRequest } from './request-hash.ts';

const bounds = { maxChars: limitTable.inputBytes.default, maxDepth: limitTable.depth.default };
const hashOf = (request: unknown, input: unknown): string =>
  hashRequest(request, writeParcel(input, bounds));

/** The same value, with the keys of all its objects the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

// As JSON text gives it: without -0, and without a key that no parcel carries.
const json = fc
  .json({ maxDepth: 4 })
  .filter((text) => !text.includes('__proto__'))
  .map((text): unknown => JSON.parse(text.replaceAll('-0', '0')));

test('the order of keys does not matter, at any depth', () => {
  fc.assert(
    fc.property(json, json, (request, input) => {
      expect(hashOf(reversed(request), reversed(input))).toBe(hashOf(request, input));
    }),
  );
});

test('another value makes another hash', () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      fc.pre(!isSame(one, other));
      expect(hashOf(one, 0)).not.toBe(hashOf(other, 0));
      expect(hashOf(0, one)).not.toBe(hashOf(0, other));
    }),
  );
});

function isSame(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}

test('values that are no JSON count, bytes too', () => {
  const inputs = [
    undefined,
    null,
    new Date(0),
    new Date(1),
    Uint8Array.of(1),
    Uint8Array.of(2),
    1n,
  ];
  expect(new Set(inputs.map((input) => hashOf({}, input))).size).toBe(inputs.length);
});
