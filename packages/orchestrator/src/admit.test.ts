import { ContextSnapshot } from '@waybill/context';
import { expect, test } from 'vitest';
import type { Attempt } from './attempt.ts';
import type { JobTicket } from './job-ticket.ts';
import { openOffice } from './office.fixture.ts';
import { programHash } from './program-hash.ts';

test('a job that is admitted is known by its id, and is told of with those before it', async () => {
  await using opened = openOffice(0);
  const heard: unknown[] = [];
  opened.office.events.on('job:admitted', (event) => void heard.push(event));
  const first = opened.admit({ id: 'one', tenant: 'acme' });
  opened.office.turnstile.enter(first, () => {});
  opened.admit({ id: 'two', tenant: 'acme' });
  expect(heard).toEqual([
    { jobId: 'one', tenant: 'acme', queuedAhead: 0, estimatedWaitMs: undefined },
    { jobId: 'two', tenant: 'acme', queuedAhead: 1, estimatedWaitMs: undefined },
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
      details: { queuedCount: 2, maxJobs: 2, estimatedWaitMs: undefined },
    }),
  );
});

test('where none may wait, a job is admitted as long as a place is free', async () => {
  await using opened = openOffice(2, { queue: { maxJobs: 0 } });
  for (const _job of [1, 2]) opened.office.turnstile.enter(opened.admit(), () => {});
  expect(() => opened.admit()).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_QUEUE_FULL' }));
});

test('a tenant may have no more jobs waiting than its share says, and others still may', async () => {
  const tenants = { default: { maxQueued: 1 }, named: { big: { maxQueued: 2 } } };
  await using opened = openOffice(0, { tenants });
  const enter = (tenant: string): void =>
    opened.office.turnstile.enter(opened.admit({ tenant }), () => {});
  enter('acme');
  expect(() => opened.admit({ tenant: 'acme' })).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_TENANT_QUEUE_FULL',
      retryable: true,
      details: { tenant: 'acme', queuedCount: 1, maxQueued: 1, estimatedWaitMs: undefined },
    }),
  );
  enter('big');
  enter('big');
  expect(() => opened.admit({ tenant: 'big' })).toThrow('2 jobs of tenant big wait already, 2 may');
});

test('where a tenant runs all it may, its jobs fill no queue for others', async () => {
  const tenants = { named: { acme: { maxRunning: 1 } } };
  await using opened = openOffice(3, { tenants, queue: { maxJobs: 1 } });
  const enter = (tenant: string): void =>
    opened.office.turnstile.enter(opened.admit({ tenant }), () => {});
  enter('acme');
  enter('acme');
  expect(() => opened.admit({ tenant: 'acme' })).toThrow(
    expect.objectContaining({ code: 'ERR_WAYBILL_QUEUE_FULL' }),
  );
  enter('globex');
  expect(opened.leasedCount).toBe(2);
});

test('a program in quarantine is refused for its tenant, and only for that one', async () => {
  await using opened = openOffice(1);
  const { program } = opened.admit({ tenant: 'acme' }).captured.job;
  const guest = { tenant: 'acme', programHash: programHash(program) };
  opened.office.quarantine.strike(guest, 1);
  opened.admit({ tenant: 'acme' });
  opened.office.quarantine.strike(guest, 2);
  expect(() => opened.admit({ tenant: 'acme' })).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_GUEST_QUARANTINED',
      blame: 'guest',
      details: guest,
    }),
  );
  opened.admit({ tenant: 'globex' });
  opened.admit({ tenant: 'acme', source: 'export default () => 2' });
});

test('a refusal comes before the input is read', async () => {
  await using opened = openOffice(1);
  const { program } = opened.admit().captured.job;
  const guest = { tenant: 'default', programHash: programHash(program) };
  for (const processId of [1, 2]) opened.office.quarantine.strike(guest, processId);
  const input = {
    get field(): never {
      throw new Error('the input was read');
    },
  };
  expect(() => opened.admit({ input })).toThrow('has cost a process twice');
});

test('a job inside of too many others is refused, as long as those still run', async () => {
  await using opened = openOffice(9);
  const limits = { jobDepth: 3 };
  const admitIn = (around: Attempt): JobTicket =>
    around.context.run(() => opened.admit({ limits }));
  const outermost = opened.begin(opened.admit({ limits }));
  const middle = opened.begin(admitIn(outermost));
  const innermost = opened.begin(admitIn(middle));
  expect(innermost.ticket.captured.depth).toBe(3);
  const error = { code: 'ERR_WAYBILL_JOB_DEPTH', details: { jobDepth: 3, depth: 4 } };
  expect(() => admitIn(innermost)).toThrow(expect.objectContaining(error));
  const late = innermost.context.run(() => ContextSnapshot.capture());
  innermost.end(undefined);
  expect(late.run(() => opened.admit({ limits })).captured.depth).toBe(1);
});

test('the context of a job is the one it was submitted in', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit({ id: 'one' });
  expect(opened.begin(ticket).context).toMatchObject({
    jobId: 'one',
    deadlineMs: ticket.captured.deadlineMs,
  });
  expect(ticket.captured.snapshot).toBeInstanceOf(ContextSnapshot);
});
