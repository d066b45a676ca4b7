import { AsyncLocalStorage } from 'node:async_hooks';
import { makeError } from '@waybill/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openOffice } from './office.fixture.ts';
import { reportGraceMs, watch } from './watch.ts';

function useFakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
}

test('a job that still waits at its deadline is given up', async () => {
  await using opened = openOffice(0, { limits: { wallMs: 50 } });
  useFakeTimers();
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, undefined);
  vi.advanceTimersByTime(49);
  expect(ticket.stoppedBy).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(ticket.stoppedBy).toMatchObject({
    code: 'ERR_WAYBILL_QUEUE_DEADLINE',
    details: { wallMs: 50 },
  });
});

test('a thread has time for the whole ladder, whatever the grace, and then the job is given up, within two seconds of its deadline', async () => {
  await using opened = openOffice(1, { limits: { wallMs: 50 }, graceMs: 0 });
  useFakeTimers();
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, undefined);
  opened.begin(ticket);
  expect(reportGraceMs).toBeLessThanOrEqual(2_000 - 250);
  vi.advanceTimersByTime(50 + reportGraceMs - 1);
  expect(ticket.stoppedBy).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(ticket.stoppedBy).toMatchObject({ code: 'ERR_WAYBILL_WORKER_UNRESPONSIVE' });
});

test('a guest that holds its thread past its deadline is to blame for the silence', async () => {
  await using opened = openOffice(1, { limits: { wallMs: 50 } });
  useFakeTimers();
  opened.office.pool.isHeldBy = async () => true;
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, undefined);
  opened.begin(ticket);
  await vi.advanceTimersByTimeAsync(50 + reportGraceMs);
  expect(ticket.stoppedBy).toMatchObject({ code: 'ERR_WAYBILL_DEADLINE_EXCEEDED' });
});

test('a job that was told to stop is given up with that reason where its thread does not come to it', async () => {
  await using opened = openOffice(1, { limits: { wallMs: 60_000 } });
  useFakeTimers();
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, undefined);
  opened.begin(ticket);
  const cancelled = makeError('ERR_WAYBILL_CANCELLED', 'in a test');
  ticket.stop(cancelled);
  vi.advanceTimersByTime(reportGraceMs - 1);
  expect(ticket.stoppedBy).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(ticket.stoppedBy).toBe(cancelled);
});

test('the longest deadline there may be is not taken for a short one', async () => {
  await using opened = openOffice(0, { limits: { wallMs: 86_400_000 } });
  useFakeTimers();
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, undefined);
  vi.advanceTimersByTime(86_399_999);
  expect(ticket.stoppedBy).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(ticket.stoppedBy).toBeDefined();
});

test('a signal that aborts cancels the job, with its reason as the cause', async () => {
  await using opened = openOffice(0);
  const controller = new AbortController();
  const ticket = opened.admit();
  using _watching = watch(opened.office, ticket, controller.signal);
  const reason = new Error('the request was closed');
  controller.abort(reason);
  expect(ticket.stoppedBy).toMatchObject({ code: 'ERR_WAYBILL_CANCELLED', cause: reason });
});

test('a watch that has ended hears neither the signal nor the clock', async () => {
  await using opened = openOffice(0, { limits: { wallMs: 50 } });
  useFakeTimers();
  const controller = new AbortController();
  const ticket = opened.admit();
  watch(opened.office, ticket, controller.signal)[Symbol.dispose]();
  controller.abort();
  vi.advanceTimersByTime(10_000);
  expect(ticket.stoppedBy).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('the deadline is heard in no context of whoever submitted', async () => {
  await using opened = openOffice(1, { limits: { wallMs: 10 }, graceMs: 0 });
  const request = new AsyncLocalStorage<string>();
  const seen = Promise.withResolvers<string | undefined>();
  const ticket = opened.admit();
  const abandon = ticket.abandon.bind(ticket);
  ticket.abandon = (error) => {
    seen.resolve(request.getStore());
    abandon(error);
  };
  using _watching = request.run('submitter', () => watch(opened.office, ticket, undefined));
  opened.begin(ticket);
  expect(await seen.promise).toBeUndefined();
});
