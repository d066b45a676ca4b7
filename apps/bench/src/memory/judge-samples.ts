import { type Growth, growthOf } from './growth.ts';
import type { Sample } from './sample.ts';

const MiB = 2 ** 20;

/** The beginning is warm-up: caches fill, code is compiled, heaps find their size. */
const warmUpShare = 0.4;

/** What a soak has shown. */
export interface Verdict {
  /** Growth of the resident memory of all processes together after the warm-up, in MiB. */
  readonly memory: Growth;
  /** What else grew, each in half a sentence. */
  readonly failures: readonly string[];
}

/** What else has to stay flat, and what the slack of the collector and of thread pools explains. */
const flat = [
  { what: 'the heap', unit: 'MiB', slack: 4, of: ({ heapBytes }: Sample) => heapBytes / MiB },
  {
    what: 'the count of threads',
    unit: 'threads',
    slack: 6,
    of: (each: Sample) => each.threadCount,
  },
  {
    what: 'the count of open files',
    unit: 'files',
    slack: 6,
    of: (each: Sample) => each.fileCount,
  },
] as const;

/** Judges the samples of a soak by those that were taken after its warm-up. @throws RangeError with less than three of these */
export function judgeSamples(samples: readonly Sample[]): Verdict {
  const jobCount = samples.at(-1)?.jobCount ?? 0;
  const judged = samples.filter((each) => each.jobCount >= jobCount * warmUpShare);
  const growth = (valueOf: (each: Sample) => number): Growth =>
    growthOf(judged.map((each) => [each.jobCount, valueOf(each)]));
  const failures = flat.flatMap(({ what, unit, slack, of }) => {
    const { by, noise } = growth(of);
    return by > noise + slack ? [`${what} grew by ${by.toFixed(1)} ${unit}`] : [];
  });
  return {
    memory: growth(({ ownRssBytes, poolRssBytes }) => (ownRssBytes + poolRssBytes) / MiB),
    failures,
  };
}
