import { build, type Histogram } from 'hdr-histogram-js';

/** A percentile and its value. */
export type Percentile = readonly [percentile: number, ms: number];

const shown = [50, 75, 90, 95, 99, 99.9, 99.99, 100];

const nsPerMs = 1_000_000;

/** Latencies in a histogram of three digits, from a nanosecond up to an hour. */
export class Latencies {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000 * nsPerMs,
    numberOfSignificantValueDigits: 3,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  add(ms: number): void {
    // What took no time counts as the least that the histogram knows.
    this.#histogram.recordValue(Math.max(1, Math.round(ms * nsPerMs)));
  }

  addAll(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  /** In ms, at most a thousandth above what it is. */
  percentile(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / nsPerMs;
  }

  /** The percentiles that a report shows, up to what the count can tell. */
  percentiles(): readonly Percentile[] {
    const known = shown.filter((one) => one === 100 || this.count * (1 - one / 100) >= 1);
    return known.map((one) => [one, this.percentile(one)] as const);
  }
}
