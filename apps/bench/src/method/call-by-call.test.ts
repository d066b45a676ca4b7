import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WrongAnswer } from '../lanes/lane.ts';
import { CallBook } from './call-book.ts';
import { callByCall } from './call-by-call.ts';
import { laneOf } from './lane.fixture.ts';

test('calls of two lanes alternate, every second pair in the other order, each pair with a number of its own', async () => {
  const order: string[] = [];
  const lane = (name: string) => laneOf((number) => void order.push(`${name}${number}`), name);
  const lanes = { ours: lane('A'), other: lane('B') };
  await callByCall(lanes, { roundCount: 1, seconds: 0.01, book: new CallBook() });
  expect(order.slice(0, 8).join(' ')).toBe('B0 A0 A1 B1 B2 A2 A3 B3');
});

test('each round has the medians of its sides, and no number is used in two rounds', async () => {
  const book = new CallBook();
  const slow = laneOf(async () => {
    for (let left = 20; left > 0; left--) await setImmediate();
  });
  const lanes = { ours: slow, other: laneOf(() => setImmediate()) };
  const rounds = await callByCall(lanes, { roundCount: 3, seconds: 0.02, book });
  expect(rounds).toHaveLength(3);
  for (const { ours, other } of rounds) expect(ours).toBeGreaterThan(other);
  expect(new Set(slow.numbers).size).toBe(slow.numbers.length);
  expect(book.checks().callCount).toBe(slow.numbers.length + lanes.other.numbers.length);
});

test('a call that is answered wrongly counts as such and has no latency', async () => {
  const book = new CallBook();
  const wrong = laneOf((number) => {
    if (number === 1) throw new WrongAnswer(1, 2);
  });
  await callByCall(
    { ours: wrong, other: laneOf(() => {}) },
    { roundCount: 1, seconds: 0.01, book },
  );
  expect(book.checks()).toMatchObject({ wrongCount: 1, failedCount: 0 });
});

test('a lane that answers no call has no number, and ends its round early', async () => {
  const broken = laneOf(() => {
    throw new Error('lost');
  }, 'bare');
  const lanes = { ours: laneOf(() => setImmediate()), other: broken };
  const measuring = callByCall(lanes, { roundCount: 1, seconds: 600, book: new CallBook() });
  await expect(measuring).rejects.toThrow('bare answered no call: Error: lost');
});
