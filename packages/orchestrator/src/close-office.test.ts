import { deferred } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { checkGraceMs, closeOffice } from './close-office.ts';
import { openOffice } from './office.fixture.ts';

test('jobs that wait are given up at once, running ones have the grace', async () => {
  await using opened = openOffice(1);
  const [runs, waits] = [opened.admit(), opened.admit()];
  opened.begin(runs);
  const settled = deferred();
  const closing = closeOffice(opened.office, () => settled.promise, 60_000);
  expect(waits.stoppedBy).toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
  expect(runs.stoppedBy).toBeUndefined();
  for (const ticket of [runs, waits]) {
    ticket.settle();
    opened.office.tickets.delete(ticket.captured.job.id);
  }
  settled.resolve();
  await closing;
});

test('after the grace running jobs are told to stop, then they are abandoned', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit();
  const told: unknown[] = [];
  opened.begin(ticket, (error) => void told.push(error.code, ticket.stoppedBy));
  await closeOffice(opened.office, () => new Promise(() => {}), 0);
  expect(told).toEqual(['ERR_WAYBILL_CLOSED', undefined]);
  expect(ticket.stoppedBy).toMatchObject({ code: 'ERR_WAYBILL_CLOSED' });
});

test('after the close nobody hears anything any more', async () => {
  await using opened = openOffice(1);
  opened.office.events.on('worker:exited', () => {});
  await closeOffice(opened.office, () => Promise.resolve(), 0);
  expect(opened.office.events.hears('worker:exited')).toBe(false);
});

test.each([-1, Number.NaN, Infinity, 600_001])('a grace of %s ms is refused', (graceMs) => {
  const check = (): void => checkGraceMs(graceMs);
  expect(check).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS' }));
});
