/** What one way to run jobs costs. */
export interface Measured {
  /** Median latency of a job with nothing beside it, in ms. */
  readonly p50Ms: number;
  /** Jobs a second with many at once. */
  readonly perSecond: number;
}

/** How many jobs are measured. */
export interface Load {
  /** One after the other. */
  readonly aloneCount: number;
  /** With many at once. */
  readonly togetherCount: number;
}

const concurrentCount = 32;

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** Measures a way to run one job. */
export async function measure(
  run: () => Promise<unknown>,
  { aloneCount, togetherCount }: Load,
): Promise<Measured> {
  const latenciesMs: number[] = [];
  for (let count = 0; count < aloneCount; count++) {
    const startMs = performance.now();
    await run();
    latenciesMs.push(performance.now() - startMs);
  }
  let startedCount = 0;
  const lane = async (): Promise<void> => {
    while (startedCount++ < togetherCount) await run();
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: concurrentCount }, lane));
  const perSecond = (togetherCount / (performance.now() - startMs)) * 1_000;
  return { p50Ms: median(latenciesMs), perSecond };
}

/** Prints what was measured. */
export function say(what: string, { p50Ms, perSecond }: Measured): void {
  console.log(`${what.padEnd(24)} p50 ${p50Ms.toFixed(3)} ms   ${perSecond.toFixed(0)} jobs/s`);
}
