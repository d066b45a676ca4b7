import type { PoolLease } from '@waybill/pool';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobTicket } from './job-ticket.ts';
import { Turnstile } from './turnstile.ts';

const ticketOf = (tenant: string): JobTicket =>
  ({ captured: { job: { tenant } } }) as unknown as JobTicket;

/** A turnstile with places for so many, and the tickets it served, in order. */
function openTurnstile(placeCount: number) {
  const served: JobTicket[] = [];
  const tenants: string[] = [];
  let freeCount = placeCount;
  const lease: PoolLease = { threadId: 1, release: () => {} };
  const turnstile = new Turnstile(() => (freeCount-- > 0 ? lease : void (freeCount = 0)));
  return {
    turnstile,
    served,
    tenants,
    enter: (ticket: JobTicket, then: () => void = () => {}) =>
      turnstile.enter(ticket, () => {
        served.push(ticket);
        tenants.push(ticket.captured.job.tenant);
        then();
      }),
    /** Frees places and hands them out; one that nobody takes is gone again. */
    free: (count: number) => {
      freeCount = count;
      turnstile.serve();
      freeCount = 0;
    },
  };
}

test('a job is served at once where a place is free', () => {
  const { enter, served, turnstile } = openTurnstile(1);
  const ticket = ticketOf('a');
  enter(ticket);
  expect(served).toEqual([ticket]);
  expect(turnstile.queuedCount).toBe(0);
});

test('jobs of one tenant keep their order', () => {
  const { enter, served, free } = openTurnstile(0);
  const tickets = [1, 2, 3].map(() => ticketOf('a'));
  for (const ticket of tickets) enter(ticket);
  free(2);
  free(1);
  expect(served).toEqual(tickets);
});

test('a tenant with many jobs delays another by one job', () => {
  const { enter, tenants, free } = openTurnstile(0);
  for (let count = 0; count < 100; count++) enter(ticketOf('loud'));
  enter(ticketOf('quiet'));
  free(3);
  expect(tenants).toEqual(['loud', 'quiet', 'loud']);
});

test('a job that leaves is not served, and nobody waits for it', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  const leaver = ticketOf('a');
  enter(leaver);
  enter(ticketOf('b'));
  turnstile.leave(leaver);
  turnstile.leave(leaver);
  turnstile.leave(ticketOf('never entered'));
  expect(turnstile.queuedCount).toBe(1);
  free(5);
  expect(tenants).toEqual(['b']);
});

test('who enters while others are served waits for the next turn, and no place is lost', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  enter(ticketOf('a'), () => {
    enter(ticketOf('a'));
    turnstile.serve();
  });
  enter(ticketOf('b'));
  free(2);
  expect(tenants).toHaveLength(2);
  free(1);
  expect(tenants.toSorted()).toEqual(['a', 'a', 'b']);
  expect(turnstile.queuedCount).toBe(0);
});

test('ten thousand jobs are queued and served in a moment', () => {
  const { enter, tenants, free, turnstile } = openTurnstile(0);
  const startMs = performance.now();
  for (let count = 0; count < 10_000; count++) enter(ticketOf(`tenant-${count % 100}`));
  expect(turnstile.queuedCount).toBe(10_000);
  for (let count = 0; count < 10_000; count++) free(1);
  expect(tenants).toHaveLength(10_000);
  expect(new Set(tenants.slice(0, 100)).size).toBe(100);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

/** What must be true of the turns, checked as jobs come, leave and are served. */
function watchTurns() {
  const waiting: JobTicket[] = [];
  // By tenant that waits: who else was served since its last turn.
  const since = new Map<string, string[]>();
  const tenantOf = (ticket: JobTicket): string => ticket.captured.job.tenant;
  const waits = (tenant: string): boolean => waiting.some((one) => tenantOf(one) === tenant);
  const remove = (ticket: JobTicket): void => {
    waiting.splice(waiting.indexOf(ticket), 1);
    if (!waits(tenantOf(ticket))) since.delete(tenantOf(ticket));
  };
  return {
    waiting,
    remove,
    entered(ticket: JobTicket) {
      waiting.push(ticket);
      if (!since.has(tenantOf(ticket))) since.set(tenantOf(ticket), []);
    },
    served(ticket: JobTicket) {
      const tenant = tenantOf(ticket);
      expect(ticket).toBe(waiting.find((one) => tenantOf(one) === tenant));
      const others = since.get(tenant) ?? [];
      expect(new Set(others).size).toBe(others.length);
      since.set(tenant, []);
      remove(ticket);
      for (const [other, list] of since) if (other !== tenant) list.push(tenant);
    },
  };
}

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('enter' as const), tenant: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant('leave' as const), index: fc.nat() }),
  fc.record({ kind: fc.constant('free' as const), count: fc.integer({ min: 1, max: 3 }) }),
);

test('while a tenant waits, every other one is served at most once before its turn, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80, size: 'max' }), (steps) => {
      const opened = openTurnstile(0);
      const turns = watchTurns();
      const take = {
        enter(tenant: string) {
          const ticket = ticketOf(tenant);
          turns.entered(ticket);
          opened.enter(ticket, () => turns.served(ticket));
        },
        leave(index: number) {
          const ticket = turns.waiting[index % turns.waiting.length];
          if (ticket === undefined) return;
          turns.remove(ticket);
          opened.turnstile.leave(ticket);
        },
      };
      for (const step of steps) {
        if (step.kind === 'enter') take.enter(String(step.tenant));
        else if (step.kind === 'leave') take.leave(step.index);
        else opened.free(step.count);
      }
      expect(opened.turnstile.queuedCount).toBe(turns.waiting.length);
    }),
  );
});
