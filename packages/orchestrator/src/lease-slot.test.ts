import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { leaseSlot } from './lease-slot.ts';
import { openOffice } from './office.fixture.ts';
import { programHash } from './program-hash.ts';

const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');

test('a job has its place at once where one is free', async () => {
  await using opened = openOffice(1);
  expect(await leaseSlot(opened.office, opened.admit())).toMatchObject({
    lease: { threadId: 1 },
  });
  expect(opened.leasedCount).toBe(1);
});

test('a job that waits has the place that becomes free', async () => {
  await using opened = openOffice(1);
  const first = await leaseSlot(opened.office, opened.admit());
  const waiting = leaseSlot(opened.office, opened.admit());
  expect(opened.office.turnstile.queuedCount).toBe(1);
  if ('release' in first) first.release();
  expect(await waiting).toMatchObject({ lease: { threadId: 1 } });
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

test('a job goes to a process of its own where its program came under suspicion as it waited', async () => {
  await using opened = openOffice(1);
  const first = await leaseSlot(opened.office, opened.admit());
  const ticket = opened.admit();
  const waiting = leaseSlot(opened.office, ticket);
  const { tenant, program } = ticket.captured.job;
  opened.office.quarantine.suspect({ tenant, programHash: programHash(program) });
  if ('release' in first) first.release();
  expect(await waiting).toMatchObject({ lease: { threadId: 1 } });
  expect(ticket.alone).toBe(true);
  expect(opened.leasedCount).toBe(1);
});

test('a job whose program came into quarantine as it waited does not run', async () => {
  await using opened = openOffice(1);
  const first = await leaseSlot(opened.office, opened.admit());
  const ticket = opened.admit();
  const waiting = leaseSlot(opened.office, ticket);
  const { tenant, program } = ticket.captured.job;
  const guest = { tenant, programHash: programHash(program) };
  opened.office.quarantine.strike(guest, 1);
  opened.office.quarantine.strike(guest, 2);
  if ('release' in first) first.release();
  expect(await waiting).toMatchObject({ code: 'ERR_WAYBILL_GUEST_QUARANTINED', details: guest });
  expect(opened.leasedCount).toBe(0);
});
