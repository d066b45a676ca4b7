/** What something gained over a while, by straight lines through its readings. */
export interface Growth {
  /** From the first to the last reading, in the unit of the readings. */
  readonly by: number;
  /** What cannot be told from none: the line might as well gain so much by chance. */
  readonly noise: number;
}

/** When, or after how many jobs, and what was read then. */
export type Reading = readonly [at: number, value: number];

/** What is no part of a slope. Less than this in the unit of the readings is, so that a leak by small lumps is seen. */
const leastStep = 2;

/** So many times what readings next to each other mostly differ by. */
const stepRatio = 6;

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

const medianOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/**
 * Gives what readings gained beside their noise, if they go on to do so. What leaks does it to the end, and a little each time: so
 * steps are taken out first, which memory makes when an isolate or an arena is added, and what the second half gained counts
 * twice where that is less than what the whole did, because what fills up slows down.
 *
 * The noise is two standard errors of the gain, and no less than the band around the line that holds nineteen of twenty readings:
 * readings depend on the ones before, which a standard error alone would take for more certainty than there is.
 *
 * @throws RangeError with less than six readings, or halves of one moment: any line would do
 */
export function growthOf(readings: readonly Reading[]): Growth {
  const level = withoutSteps(readings);
  const whole = lineThrough(level);
  const half = lineThrough(level.slice(Math.floor(level.length / 2)));
  return { by: Math.min(whole.by, half.slope * whole.length), noise: whole.noise };
}

/** What is left of a growth beyond its noise; 0 where it shrank, or could have stayed as it was. */
export function growthBeyondNoise({ by, noise }: Growth): number {
  return Math.max(0, by - noise);
}

function withoutSteps(readings: readonly Reading[]): readonly Reading[] {
  const gains = readings.slice(1).map(([, value], index) => value - (readings[index]?.[1] ?? 0));
  const usual = medianOf(gains);
  const jitter = medianOf(gains.map((gain) => Math.abs(gain - usual)));
  const step = Math.max(leastStep, stepRatio * jitter);
  let steps = 0;
  return readings.map(([at, value], index) => {
    const beside = (gains[index - 1] ?? usual) - usual;
    if (Math.abs(beside) > step) steps += beside;
    return [at, value - steps] as const;
  });
}

function lineThrough(readings: readonly Reading[]): Growth & { slope: number; length: number } {
  const count = readings.length;
  const middle = meanOf(readings.map(([at]) => at));
  const level = meanOf(readings.map(([, value]) => value));
  const sumOf = (term: (at: number, value: number) => number): number =>
    readings.reduce((sum, [at, value]) => sum + term(at - middle, value - level), 0);
  const spread = sumOf((at) => at ** 2);
  if (count < 3 || spread === 0) throw new RangeError('expected six readings or more, over time');
  const slope = sumOf((at, value) => at * value) / spread;
  const jitter = Math.sqrt(sumOf((at, value) => (value - slope * at) ** 2) / (count - 2));
  const length = (readings.at(-1)?.[0] ?? 0) - (readings[0]?.[0] ?? 0);
  const standardError = (jitter / Math.sqrt(spread)) * length;
  return { by: slope * length, noise: 2 * Math.max(standardError, jitter), slope, length };
}
