import type { Bench } from '../scenario.ts';
import { byTurns } from './by-turns.ts';

const roundCount = 2;

/**
 * Has both sides do by turns what is measured then, for two rounds that do not count (one where a look is enough): what one of them
 * compiles, opens and fills at first, the other does as well.
 *
 * @throws the reason of `bench.signal` between two rounds
 */
export async function warmUp<Side>(
  { isQuick, signal }: Pick<Bench, 'isQuick' | 'signal'>,
  sides: { readonly ours: Side; readonly other: Side },
  measure: (side: Side) => Promise<number>,
): Promise<void> {
  await byTurns(sides, (side) => measure(side), {
    roundCount: isQuick ? 1 : roundCount,
    onRound: () => signal.throwIfAborted(),
  });
}
