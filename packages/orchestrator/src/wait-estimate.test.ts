import { expect, test } from 'vitest';
import { WaitEstimate } from './wait-estimate.ts';

test('nothing is said before anything is known', () => {
  const estimate = new WaitEstimate(() => 0);
  expect(estimate.ofTurns(3, 1)).toBeUndefined();
});

test('as long as nobody had to wait, a turn takes what places are held for, shared by those held', () => {
  const estimate = new WaitEstimate(() => 0);
  estimate.givenBack(100);
  expect(estimate.ofTurns(3, 2)).toBe(150);
  expect(estimate.ofTurns(3, 0)).toBe(300);
});

test('where jobs wait, a turn takes what it took between the last ones', () => {
  let nowMs = 0;
  const estimate = new WaitEstimate(() => nowMs);
  estimate.givenBack(1_000);
  for (let turn = 1; turn <= 100; turn++) {
    nowMs = turn * 20;
    estimate.served(0);
  }
  expect(estimate.ofTurns(5, 4)).toBe(100);
});

test('what is slow now counts more than what was quick long ago', () => {
  let nowMs = 0;
  const estimate = new WaitEstimate(() => nowMs);
  for (let turn = 0; turn < 50; turn++) {
    nowMs += turn < 10 ? 1 : 100;
    estimate.served(0);
  }
  expect(estimate.ofTurns(1, 1)).toBeGreaterThan(90);
});

test('the time in which nobody waited is no part of a turn', () => {
  let nowMs = 0;
  const estimate = new WaitEstimate(() => nowMs);
  estimate.served(0);
  nowMs = 60_000;
  estimate.served(59_990);
  expect(estimate.ofTurns(1, 1)).toBeLessThan(10);
});
