import { expect, test } from 'vitest';
import { WrongAnswer } from './lane.ts';
import { type PayloadKind, payloadsOf } from './payloads.ts';

const kinds: readonly PayloadKind[] = ['string', 'objects', 'Uint8Array'];

test.each(kinds)('a payload of %s takes about the bytes that were asked for', (kind) => {
  const payload = payloadsOf[kind](100_000).input(7);
  const bytes = payload instanceof Uint8Array ? payload.length : JSON.stringify(payload).length;
  expect(Math.abs(bytes - 100_000)).toBeLessThan(10_000);
});

test.each(kinds)('a payload of %s is right where a copy of it comes back', (kind) => {
  const { input, check } = payloadsOf[kind](1_000);
  expect(() => check(7, structuredClone(input(7)))).not.toThrow();
});

test.each(kinds)('a payload of %s is wrong where that of another call comes back', (kind) => {
  const { input, check } = payloadsOf[kind](1_000);
  const anothers = structuredClone(input(6));
  expect(() => check(7, anothers)).toThrow(WrongAnswer);
});

test.each(kinds)(
  'a payload of %s is wrong where its end is missing or nothing comes back',
  (kind) => {
    const { input, check } = payloadsOf[kind](1_000);
    const given = structuredClone(input(7)) as string | Uint8Array | { rows: unknown[] };
    const cut =
      typeof given === 'object' && 'rows' in given ? { ...given, rows: [] } : given.slice(1);
    expect(() => check(7, cut)).toThrow(WrongAnswer);
    expect(() => check(7, undefined)).toThrow(WrongAnswer);
  },
);
