/** What came of the rounds of a comparison, each side once in each round. */
export interface Ratio {
  /** Of the ratios of the rounds, ours to the other's. */
  readonly median: number;
  /** The range that the middle half of the ratios is in. */
  readonly low: number;
  readonly high: number;
  readonly roundCount: number;
}

/** A round: what was measured on each side, right after each other. */
export interface Round {
  readonly ours: number;
  readonly other: number;
}

/**
 * Gives the median of the ratios of rounds, with its spread; no numbers where a side of a round is not above zero, as a difference of two
 * times may be.
 *
 * @throws RangeError when there is no round
 */
export function ratioOf(rounds: readonly Round[]): Ratio {
  const roundCount = rounds.length;
  if (roundCount === 0) throw new RangeError('expected at least one round');
  // A ratio below zero would keep any promise to be small.
  const isMeasured = rounds.every(({ ours, other }) => ours > 0 && other > 0);
  if (!isMeasured) return { median: NaN, low: NaN, high: NaN, roundCount };
  const ratios = rounds.map(({ ours, other }) => ours / other).toSorted((a, b) => a - b);
  return {
    median: quantile(ratios, 0.5),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
    roundCount,
  };
}

/** Gives a quantile of sorted numbers, between two of them where it falls there. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [below = NaN, above = below] = sorted.slice(Math.floor(at), Math.floor(at) + 2);
  return below + (above - below) * (at - Math.floor(at));
}
