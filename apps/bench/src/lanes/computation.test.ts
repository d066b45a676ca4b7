import { expect, test } from 'vitest';
import { computationOf, scramble } from './computation.ts';
import { WrongAnswer } from './lane.ts';

test('a computation is answered by whoever runs its text', () => {
  const { input, check } = computationOf(0.1);
  for (const number of [0, 1, 2, 3, 4]) {
    const answer = scramble(input(number) as Parameters<typeof scramble>[0]);
    expect(() => check(number, answer)).not.toThrow();
    expect(() => check(number + 1, answer)).toThrow(WrongAnswer);
  }
});

test('a longer computation has more to do', () => {
  const turnsOf = (ms: number): number =>
    (computationOf(ms).input(0) as Parameters<typeof scramble>[0]).turnCount;
  expect(turnsOf(4)).toBeGreaterThan(turnsOf(0.01));
});
