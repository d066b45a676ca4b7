import type { Round } from './ratio.ts';

/** How rounds are made. */
export interface Turns {
  readonly roundCount: number;
  /** Called before each round, from 0. What it throws ends the measurement. */
  readonly onRound?: (round: number) => void;
}

/**
 * Measures two sides by turns, every second round in the other order (A B B A), so that what the machine does besides is shared
 * out between them.
 *
 * @param measure - is told the number of the round, so that both sides of one can be given the same load
 */
export async function byTurns<Side>(
  sides: { readonly ours: Side; readonly other: Side },
  measure: (side: Side, round: number) => Promise<number>,
  { roundCount, onRound }: Turns,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    onRound?.(round);
    if (round % 2 === 0) {
      const other = await measure(sides.other, round);
      rounds.push({ other, ours: await measure(sides.ours, round) });
    } else {
      const ours = await measure(sides.ours, round);
      rounds.push({ ours, other: await measure(sides.other, round) });
    }
  }
  return rounds;
}
