/** What something gained over a while, by a straight line through its readings. */
export interface Growth {
  /** From the first to the last reading, in the unit of the readings. */
  readonly by: number;
  /** What cannot be told from none: the line might as well gain so much by chance. */
  readonly noise: number;
}

/** When, or after how many jobs, and what was read then. */
export type Reading = readonly [at: number, value: number];

/**
 * Gives what readings gained beside their noise. That is two standard errors of the gain, and no less than the band around the
 * line that holds nineteen of twenty readings: memory moves in steps that last for several readings, which a standard error
 * alone would take for more certainty than there is.
 *
 * @throws RangeError with less than three readings, or all of one moment: any line would do
 */
export function growthOf(readings: readonly Reading[]): Growth {
  const count = readings.length;
  const meanOf = (numbers: readonly number[]): number =>
    numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const middle = meanOf(readings.map(([at]) => at));
  const level = meanOf(readings.map(([, value]) => value));
  const sumOf = (term: (at: number, value: number) => number): number =>
    readings.reduce((sum, [at, value]) => sum + term(at - middle, value - level), 0);
  const spread = sumOf((at) => at ** 2);
  if (count < 3 || spread === 0) throw new RangeError('expected three readings or more, over time');
  const slope = sumOf((at, value) => at * value) / spread;
  const jitter = Math.sqrt(sumOf((at, value) => (value - slope * at) ** 2) / (count - 2));
  const length = (readings.at(-1)?.[0] ?? 0) - (readings[0]?.[0] ?? 0);
  const standardError = (jitter / Math.sqrt(spread)) * length;
  return { by: slope * length, noise: 2 * Math.max(standardError, jitter) };
}

/** What is left of a growth beyond its noise; 0 where it shrank, or could have stayed as it was. */
export function growthBeyondNoise({ by, noise }: Growth): number {
  return Math.max(0, by - noise);
}
