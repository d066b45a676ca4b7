import fc from 'fast-check';
import { v7 as makeId } from 'uuid';
import { expect, test } from 'vitest';
import { idBounds } from './id-bound.ts';

const moment = fc.integer({ min: 0, max: 2 ** 47 });
const skew = fc.integer({ min: -590_000, max: 590_000 });

test('every job of a span of time has an id between its bounds, also by a clock that is minutes off', () => {
  fc.assert(
    fc.property(fc.tuple(moment, moment, moment), skew, (moments, skewMs) => {
      const [fromMs = 0, atMs = 0, beforeMs = 0] = moments.toSorted((a, b) => a - b);
      fc.pre(atMs < beforeMs && atMs + skewMs >= 0);
      const { from = '', before = '' } = idBounds(fromMs, beforeMs);
      const id = makeId({ msecs: atMs + skewMs });
      expect(from <= id && id < before).toBe(true);
    }),
  );
});

test('a moment far outside bounds every job or none, and no moment nothing', () => {
  expect(idBounds(-1, undefined)).toEqual({
    from: '00000000-0000-0000-0000-000000000000',
    before: undefined,
  });
  expect(idBounds(8.64e15, undefined).from).toBe('ffffffff-ffff-0000-0000-000000000000');
});
