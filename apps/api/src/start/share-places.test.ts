import { expect, test } from 'vitest';
import { sharePlaces } from './share-places.ts';

test.each([
  ['of one thread', {}, 15],
  ['of several threads', { threads: 4, attemptsPerThread: 2 }, 7],
  ['of several processes', { threads: 2, attemptsPerThread: 1, processes: { count: 3 } }, 5],
  ['of this process alone', { containment: 'thread' as const, processes: { count: 3 } }, 15],
  ['of which there is but one', { threads: 1, attemptsPerThread: 1 }, 1],
])('a tenant takes all places but one %s', (_which, settings, maxRunning) => {
  expect(sharePlaces(settings, 1)).toEqual({ ...settings, tenants: { default: { maxRunning } } });
});

test('what the operator says of tenants stays', () => {
  const own = { tenants: { default: { maxRunning: 1_000 } } };
  expect(sharePlaces(own, 1)).toBe(own);
  const other = { tenants: { default: { weight: 2 }, named: { acme: { maxQueued: 1 } } } };
  expect(sharePlaces(other, 1)).toEqual({
    tenants: { default: { weight: 2, maxRunning: 15 }, named: { acme: { maxQueued: 1 } } },
  });
});
