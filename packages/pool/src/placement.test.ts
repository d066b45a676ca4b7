import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeAttempt } from './placement.ts';
import type { PoolMember } from './pool-member.ts';

interface Stand {
  readonly threadId: number;
  readonly leasedCount: number;
  readonly isReady: boolean;
  readonly isSuspect: boolean;
}

const members = (...stands: readonly Partial<Stand>[]): PoolMember[] =>
  stands.map((stand, index) => ({
    threadId: index + 1,
    leasedCount: 0,
    isReady: true,
    isSuspect: false,
    ...stand,
  })) as unknown as PoolMember[];

const anyStand = fc.record({ leasedCount: fc.nat({ max: 5 }), isReady: fc.boolean() });
const tenants = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);

test('a tenant comes back to the same thread as long as that is not the busier one', () => {
  const idle = members({}, {}, {});
  for (const tenant of tenants) {
    expect(placeAttempt(idle, tenant, 4)).toBe(placeAttempt(idle, tenant, 4));
  }
});

test('tenants spread over the threads', () => {
  const idle = members({}, {}, {}, {});
  const counts = new Map<number | undefined, number>();
  for (const tenant of tenants) {
    const threadId = placeAttempt(idle, tenant, 4)?.threadId;
    counts.set(threadId, (counts.get(threadId) ?? 0) + 1);
  }
  expect(counts.size).toBe(4);
  for (const count of counts.values()) expect(count).toBeGreaterThan(20);
});

test('tenants with short names spread over the threads too', () => {
  const names = [
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
    'g',
    'h',
    ...tenants.map((_tenant, index) => `${index}`),
  ];
  const idle = members({}, {});
  const first = names.filter((name) => placeAttempt(idle, name, 4)?.threadId === 1);
  expect(first.length).toBeGreaterThan(names.length * 0.35);
  expect(first.length).toBeLessThan(names.length * 0.65);
});

test('a thread that was late with a report gets an attempt only where no other has a place', () => {
  const suspects = members({ isSuspect: true }, {});
  for (const tenant of tenants) expect(placeAttempt(suspects, tenant, 4)?.threadId).toBe(2);
  const full = members({ isSuspect: true }, { leasedCount: 4 });
  expect(placeAttempt(full, 'acme', 4)?.threadId).toBe(1);
});

test('when a thread is lost, only its tenants move', () => {
  const before = members({}, {}, {});
  const after = members({}, { isReady: false }, {});
  for (const tenant of tenants) {
    const usual = placeAttempt(before, tenant, 4)?.threadId;
    const now = placeAttempt(after, tenant, 4)?.threadId;
    if (usual === 2) expect([1, 3]).toContain(now);
    else expect(now).toBe(usual);
  }
});

test('a usual thread that has three attempts more than another is passed over', () => {
  const usual = placeAttempt(members({}, {}), 'acme', 8)?.threadId;
  const busy = (leasedCount: number): PoolMember[] =>
    members(...[1, 2].map((threadId) => ({ leasedCount: threadId === usual ? leasedCount : 0 })));
  expect(placeAttempt(busy(2), 'acme', 8)?.threadId).toBe(usual);
  expect(placeAttempt(busy(3), 'acme', 8)?.threadId).toBe(usual === 1 ? 2 : 1);
});

test('an attempt has a place exactly where a ready thread has one free', () => {
  fc.assert(
    fc.property(
      fc.array(anyStand, { maxLength: 6, size: 'max' }),
      fc.string(),
      (stands, tenant) => {
        const all = members(...stands);
        const placed = placeAttempt(all, tenant, 4);
        const free = all.filter((member) => member.isReady && member.leasedCount < 4);
        if (free.length === 0) return placed === undefined;
        const least = Math.min(...free.map((member) => member.leasedCount));
        return placed !== undefined && free.includes(placed) && placed.leasedCount <= least + 2;
      },
    ),
  );
});
