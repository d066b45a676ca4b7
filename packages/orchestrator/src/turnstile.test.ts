import type { PoolLease } from '@waybill/pool';
import type { TenantShare } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { type HeldPlace, Turnstile, type Waiter } from './turnstile.ts';

const waiterOf = (tenant: string, more: Partial<Waiter> = {}): Waiter => ({
  tenant,
  priority: 0,
  alone: false,
  ...more,
});

/** A turnstile with places for so many, and whom it served, in order. */
function openTurnstile(
  placeCount: number,
  shares: Readonly<Record<string, Partial<TenantShare>>> = {},
) {
  const served: Waiter[] = [];
  const places: HeldPlace[] = [];
  const asked: string[] = [];
  let freeCount = placeCount;
  let spareCount = 0;
  let nowMs = 0;
  let tickMs = 0;
  const refused = new Set<string>();
  const turnstile = new Turnstile({
    lease: (tenant, alone): PoolLease | undefined => {
      asked.push(tenant);
      if ((alone ? spareCount : freeCount) === 0 || refused.has(tenant)) return undefined;
      if (alone) spareCount -= 1;
      else freeCount -= 1;
      const release = (): void => void (alone ? (spareCount += 1) : (freeCount += 1));
      return { processId: 1, threadId: 1, release };
    },
    freeCount: () => freeCount,
    shareOf: (tenant) => ({ weight: 1, maxRunning: 100, maxQueued: 100, ...shares[tenant] }),
    now: () => (nowMs += tickMs),
  });
  return {
    turnstile,
    served,
    places,
    asked,
    refused,
    tenants: () => served.map(({ tenant }) => tenant),
    enter: (waiter: Waiter, then: () => void = () => {}) =>
      turnstile.enter(waiter, (place) => {
        served.push(waiter);
        places.push(place);
        then();
      }),
    /** Makes places and hands them out; one that nobody takes is gone again. */
    free: (count: number) => {
      freeCount = count;
      turnstile.serve();
      freeCount = 0;
    },
    spare: (count: number) => {
      spareCount = count;
      turnstile.serve();
    },
    pass: (ms: number) => void (nowMs += ms),
    /** Lets the clock go on by so much whenever somebody looks at it, as a real one does. */
    tick: (ms: number) => void (tickMs = ms),
  };
}

test('a job is served at once where a place is free', () => {
  const { enter, served, turnstile } = openTurnstile(1);
  const waiter = waiterOf('a');
  enter(waiter);
  expect(served).toEqual([waiter]);
  expect(turnstile.queuedCount).toBe(0);
});

test('jobs of one tenant keep their order', () => {
  const { enter, served, free } = openTurnstile(0);
  const waiters = [1, 2, 3].map(() => waiterOf('a'));
  for (const waiter of waiters) enter(waiter);
  free(2);
  free(1);
  expect(served).toEqual(waiters);
});

test('a tenant with many jobs delays another by one job', () => {
  const { enter, tenants, free } = openTurnstile(0);
  for (let count = 0; count < 100; count++) enter(waiterOf('loud'));
  enter(waiterOf('quiet'));
  free(3);
  expect(tenants()).toEqual(['loud', 'quiet', 'loud']);
});

test('a job that leaves is not served, and nobody waits for it', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  const leaver = waiterOf('a');
  enter(leaver);
  enter(waiterOf('b'));
  turnstile.leave(leaver);
  turnstile.leave(leaver);
  turnstile.leave(waiterOf('never entered'));
  expect(turnstile.queuedCount).toBe(1);
  free(5);
  expect(tenants()).toEqual(['b']);
});

test('who enters while others are served waits for the next turn, and no place is lost', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  enter(waiterOf('a'), () => {
    enter(waiterOf('a'));
    turnstile.serve();
  });
  enter(waiterOf('b'));
  free(2);
  expect(tenants()).toHaveLength(2);
  free(1);
  expect(tenants().toSorted()).toEqual(['a', 'a', 'b']);
  expect(turnstile.queuedCount).toBe(0);
});

test('ten thousand jobs are queued and served in a moment', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  const startMs = performance.now();
  for (let count = 0; count < 10_000; count++) enter(waiterOf(`tenant-${count % 100}`));
  expect(turnstile.queuedCount).toBe(10_000);
  for (let count = 0; count < 10_000; count++) free(1);
  expect(tenants()).toHaveLength(10_000);
  expect(new Set(tenants().slice(0, 100)).size).toBe(100);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

test('of the jobs of one tenant the one with the highest priority goes first', () => {
  const { enter, served, free } = openTurnstile(0);
  for (const priority of [0, 5, -5, 5]) enter(waiterOf('a', { priority }));
  free(4);
  expect(served.map(({ priority }) => priority)).toEqual([5, 5, 0, -5]);
});

test('nobody is asked for a place where none is free', () => {
  const { enter, asked, free } = openTurnstile(0);
  for (const tenant of ['a', 'b', 'c']) enter(waiterOf(tenant));
  expect(asked).toEqual([]);
  free(1);
  expect(asked).toEqual(['a']);
});

test('a tenant that can have no place is passed over', () => {
  const { enter, tenants, free, refused } = openTurnstile(0);
  refused.add('a');
  for (const tenant of ['a', 'b', 'a', 'b']) enter(waiterOf(tenant));
  free(4);
  expect(tenants()).toEqual(['b', 'b']);
});

test('a tenant has no more places than it may, and the next as soon as one of its own is given back', () => {
  const { enter, tenants, places, turnstile } = openTurnstile(5, { a: { maxRunning: 2 } });
  for (let count = 0; count < 4; count++) enter(waiterOf('a'));
  expect(tenants()).toHaveLength(2);
  expect(turnstile.wouldWait('a')).toBe(true);
  expect(turnstile.wouldWait('b')).toBe(false);
  places[0]?.release();
  places[0]?.release();
  expect(tenants()).toHaveLength(3);
});

test('a job that must run alone waits for a process and holds nobody up', () => {
  const { enter, tenants, free, spare, turnstile } = openTurnstile(0);
  enter(waiterOf('a', { alone: true }));
  enter(waiterOf('a'));
  expect(turnstile.queuedCountOf('a')).toBe(2);
  free(2);
  expect(tenants()).toEqual(['a']);
  spare(1);
  expect(tenants()).toEqual(['a', 'a']);
  expect(turnstile.queuedCount).toBe(0);
});

test('a job that must run alone has its process also where no place is free', () => {
  const { enter, tenants, spare } = openTurnstile(0);
  spare(1);
  enter(waiterOf('a', { alone: true }));
  expect(tenants()).toEqual(['a']);
});

test('how long a job will wait is told by how long others did', () => {
  const { enter, free, pass, turnstile } = openTurnstile(0);
  expect(turnstile.estimatedWaitMs('a')).toBeUndefined();
  for (let count = 0; count < 10; count++) enter(waiterOf('a'));
  for (let count = 0; count < 5; count++) {
    pass(30);
    free(1);
  }
  expect(turnstile.estimatedWaitMs('a')).toBe(6 * 30);
  expect(turnstile.estimatedWaitMs('b')).toBe(2 * 30);
  expect(turnstile.estimatedWaitMs()).toBe(6 * 30);
});

test('jobs that were served as they entered make no wait look short, however fine the clock', () => {
  const { enter, places, pass, tick, turnstile } = openTurnstile(1);
  tick(0.001);
  for (let count = 0; count < 3; count++) {
    enter(waiterOf('a'));
    pass(30);
    places[count]?.release();
  }
  enter(waiterOf('a'));
  expect(turnstile.estimatedWaitMs('a')).toBe(30);
});

test('a job that does not have to wait is told so', () => {
  expect(openTurnstile(1).turnstile.estimatedWaitMs('a')).toBe(0);
});
