import { ContextSnapshot } from '@waybill/context';
import { expect, test } from 'vitest';
import { openOffice } from './office.fixture.ts';

test('a job that is admitted is known by its id, and is told of with those before it', async () => {
  await using opened = openOffice(0);
  const heard: unknown[] = [];
  opened.office.events.on('job:admitted', (event) => void heard.push(event));
  const first = opened.admit({ id: 'one', tenant: 'acme' });
  opened.office.turnstile.enter(first, () => {});
  opened.admit({ id: 'two', tenant: 'acme' });
  expect(heard).toEqual([
    { jobId: 'one', tenant: 'acme', queuedAhead: 0 },
    { jobId: 'two', tenant: 'acme', queuedAhead: 1 },
  ]);
  expect([...opened.office.tickets.keys()]).toEqual(['one', 'two']);
});

test.each(['closing', 'closed'] as const)('an office that is %s takes no job', async (state) => {
  await using opened = openOffice(1);
  opened.setState(state);
  expect(() => opened.admit()).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_CLOSED' }));
});

test('a job is refused where as many wait as may', async () => {
  await using opened = openOffice(0, { queue: { maxJobs: 2 } });
  for (const _job of [1, 2]) opened.office.turnstile.enter(opened.admit(), () => {});
  expect(() => opened.admit()).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_QUEUE_FULL',
      retryable: true,
      details: { queuedCount: 2, maxJobs: 2 },
    }),
  );
});

test('where none may wait, a job is admitted as long as a place is free', async () => {
  await using opened = openOffice(2, { queue: { maxJobs: 0 } });
  for (const _job of [1, 2]) opened.office.turnstile.enter(opened.admit(), () => {});
  expect(() => opened.admit()).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_QUEUE_FULL' }));
});

test('the context of a job is the one it was submitted in', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit({ id: 'one' });
  expect(ticket.context).toMatchObject({ jobId: 'one', deadlineMs: ticket.captured.deadlineMs });
  expect(ticket.captured.snapshot).toBeInstanceOf(ContextSnapshot);
});
