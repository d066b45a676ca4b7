import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { leaseSlot } from './lease-slot.ts';
import { openOffice } from './office.fixture.ts';

const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');

test('a job has its place at once where one is free', async () => {
  await using opened = openOffice(1);
  expect(await leaseSlot(opened.office, opened.admit())).toMatchObject({ threadId: 1 });
  expect(opened.leasedCount).toBe(1);
});

test('a job that waits has the place that becomes free', async () => {
  await using opened = openOffice(1);
  const first = opened.admit();
  await leaseSlot(opened.office, first);
  const waiting = leaseSlot(opened.office, opened.admit());
  expect(opened.office.turnstile.queuedCount).toBe(1);
  first.lease?.release();
  expect(await waiting).toMatchObject({ threadId: 1 });
  expect(opened.leasedCount).toBe(1);
});

test('a job that was given up takes no place', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit();
  ticket.stop(cancelled);
  expect(await leaseSlot(opened.office, ticket)).toBe(cancelled);
  expect([opened.leasedCount, opened.office.turnstile.queuedCount]).toEqual([0, 0]);
});

test('a job that is given up while it waits leaves the line', async () => {
  await using opened = openOffice(0);
  const ticket = opened.admit();
  const waiting = leaseSlot(opened.office, ticket);
  ticket.stop(cancelled);
  expect(await waiting).toBe(cancelled);
  expect(opened.office.turnstile.queuedCount).toBe(0);
});
