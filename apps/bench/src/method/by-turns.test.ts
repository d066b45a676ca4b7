import { expect, test } from 'vitest';
import { byTurns } from './by-turns.ts';

const sides = { ours: 'A', other: 'B' };

test('every second round is made in the other order', async () => {
  const order: string[] = [];
  const measure = (side: string): Promise<number> => Promise.resolve(order.push(side));
  await byTurns(sides, measure, { roundCount: 4 });
  expect(order.join(' ')).toBe('B A A B B A A B');
});

test('each number belongs to its side, in whichever order it was measured', async () => {
  const measure = (side: string, round: number): Promise<number> =>
    Promise.resolve(round * 10 + (side === 'A' ? 1 : 2));
  const rounds = await byTurns(sides, measure, { roundCount: 3 });
  expect(rounds).toEqual([
    { ours: 1, other: 2 },
    { ours: 11, other: 12 },
    { ours: 21, other: 22 },
  ]);
});

test('a side is measured when the one before it has been', async () => {
  let runningCount = 0;
  const measure = async (): Promise<number> => {
    runningCount += 1;
    await Promise.resolve();
    return runningCount--;
  };
  const rounds = await byTurns(sides, measure, { roundCount: 2 });
  expect(rounds).toEqual([
    { ours: 1, other: 1 },
    { ours: 1, other: 1 },
  ]);
});

test('what is thrown before a round ends the measurement', async () => {
  let count = 0;
  const measure = (): Promise<number> => Promise.resolve(++count);
  const onRound = (round: number): void => {
    if (round === 2) throw new Error('the run was ended');
  };
  await expect(byTurns(sides, measure, { roundCount: 9, onRound })).rejects.toThrow('was ended');
  expect(count).toBe(4);
});
