import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { leakCheck } from './leak-check.ts';

// A short timer of the test runner itself may be left over too, so no test counts the others exactly.

test('a test that releases what it acquired passes', async () => {
  await using _leaks = leakCheck();
  const { port1, port2 } = new MessageChannel();
  port2.on('message', () => {});
  port1.close();
  clearInterval(setInterval(() => {}, 1_000));
  const worker = new Worker('process.exitCode = 0', { eval: true });
  await once(worker, 'exit');
});

test('what is released a few turns later is waited for', async () => {
  let released = false;
  {
    await using check = leakCheck();
    setTimeout(() => (released = true), 20);
    expect(check.leaks()).toEqual(['1 Timeout']);
  }
  expect(released).toBe(true);
});

test('both ports of a channel that stays open are named, listened to or not', async () => {
  const check = leakCheck(20);
  const { port1 } = new MessageChannel();
  await expect(check[Symbol.asyncDispose]()).rejects.toThrow('2 MESSAGEPORT');
  port1.close();
});

test('an interval that stays is named although it is unreferenced', async () => {
  const check = leakCheck(20);
  const interval = setInterval(() => {}, 1_000).unref();
  await expect(check[Symbol.asyncDispose]()).rejects.toThrow(/left over: \d Timeout/);
  clearInterval(interval);
});

test('a worker that still runs is named', async () => {
  const check = leakCheck(20);
  const worker = new Worker('setInterval(() => {}, 1_000)', { eval: true });
  await once(worker, 'online');
  await expect(check[Symbol.asyncDispose]()).rejects.toThrow('1 WORKER');
  await worker.terminate();
});

test('a listener that stays on process is named with its event', async () => {
  const check = leakCheck(20);
  const listener = (): void => {};
  process.on('warning', listener);
  await expect(check[Symbol.asyncDispose]()).rejects.toThrow('1 listener of warning');
  process.off('warning', listener);
});
