import type { Round } from './ratio.ts';

/** How rounds are made. */
export interface Turns {
  readonly roundCount: number;
  /** Called before each round, from 0. */
  readonly onRound?: (round: number) => void;
}

/**
 * Measures two sides by turns, every second round in the other order (A B B A), so that what the machine does besides is shared
 * out between them.
 */
export async function byTurns<Side>(
  sides: { readonly ours: Side; readonly other: Side },
  measure: (side: Side) => Promise<number>,
  { roundCount, onRound }: Turns,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    onRound?.(round);
    if (round % 2 === 0) {
      const other = await measure(sides.other);
      rounds.push({ other, ours: await measure(sides.ours) });
    } else {
      const ours = await measure(sides.ours);
      rounds.push({ ours, other: await measure(sides.other) });
    }
  }
  return rounds;
}
