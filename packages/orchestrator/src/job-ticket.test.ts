import { makeError } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { openOffice } from './office.fixture.ts';

const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
const closed = makeError('ERR_WAYBILL_CLOSED', 'in a test');

test('a job that waits is given up where it is, one that runs by its thread', async () => {
  await using opened = openOffice(1);
  const waits = opened.admit();
  waits.stop(cancelled);
  expect(waits.stoppedBy).toBe(cancelled);
  const runs = opened.admit();
  const told: unknown[] = [];
  opened.begin(runs, (error) => void told.push(error));
  runs.stop(cancelled);
  expect(told).toEqual([cancelled]);
  expect(runs.stoppedBy).toBeUndefined();
  runs.whenStopped((error) => void told.push(error));
  runs.abandon(closed);
  runs.abandon(cancelled);
  expect(told).toEqual([cancelled, closed]);
});

test('the first reason counts, and a job that has settled cannot be stopped', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit();
  const told: unknown[] = [];
  ticket.whenAsked((error) => void told.push(error));
  ticket.stop(cancelled);
  ticket.stop(closed);
  ticket.whenAsked((error) => void told.push(error));
  ticket.whenStopped((error) => void told.push(error));
  expect(told).toEqual([cancelled, cancelled, cancelled]);
  const other = opened.admit();
  other.settle();
  other.stop(cancelled);
  other.abandon(cancelled);
  expect(other.stoppedBy).toBeUndefined();
  expect(other.state).toBe('settled');
});

test('a job whose attempt was lost waits again, before all that never ran', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit({ priority: 7 });
  expect(ticket).toMatchObject({ priority: 7, attemptCount: 0, state: 'queued' });
  const told: unknown[] = [];
  opened.begin(ticket, (error) => void told.push(error));
  ticket.requeue(true);
  expect(ticket).toMatchObject({ priority: Infinity, attemptCount: 1, state: 'queued' });
  ticket.stop(cancelled);
  expect(told).toEqual([]);
  expect(ticket.stoppedBy).toBe(cancelled);
});

test('what asked for the end of a job is known also where its thread was to end it', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit();
  opened.begin(ticket, () => {});
  ticket.stop(cancelled);
  ticket.stop(closed);
  expect(ticket.askedToStop).toBe(cancelled);
  expect(ticket.stoppedBy).toBeUndefined();
});

test('no two attempts have the same number, also at one job', async () => {
  await using opened = openOffice(1);
  const [one, other] = [opened.admit(), opened.admit()];
  const numbers = [one, one, other].map((ticket) => opened.begin(ticket).id);
  expect(new Set(numbers).size).toBe(3);
});
