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
  runs.begin((error) => void told.push(error));
  runs.stop(cancelled);
  expect(told).toEqual([cancelled]);
  expect(runs.stoppedBy).toBeUndefined();
  runs.abandon(closed);
  expect(await runs.stopped).toBe(closed);
});

test('the first reason counts, and a job that has settled cannot be stopped', async () => {
  await using opened = openOffice(1);
  const ticket = opened.admit();
  ticket.stop(cancelled);
  ticket.stop(closed);
  expect(await ticket.stopped).toBe(cancelled);
  const other = opened.admit();
  other.settle();
  other.stop(cancelled);
  other.abandon(cancelled);
  expect(other.stoppedBy).toBeUndefined();
  expect(other.state).toBe('settled');
});

test('no two attempts have the same number', async () => {
  await using opened = openOffice(1);
  const numbers = [1, 2, 3].map(() => opened.admit().attemptId);
  expect(new Set(numbers).size).toBe(3);
});
