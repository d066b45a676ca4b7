import { type Growth, growthBeyondNoise } from '../memory/growth.ts';
import { judgeSamples } from '../memory/judge-samples.ts';
import type { Sample } from '../memory/sample.ts';
import { soak as runSoak, type SoakPlan } from '../memory/soak.ts';
import type { Figure, Finding } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const MiB = 2 ** 20;

const warm: SoakPlan = { jobCount: 100_000, isFresh: false, isHostile: false, engine: 'isolate' };

const quickCount = 480;

/** Warm calls with a host call and a context, in processes. */
export const soak: Scenario = {
  name: 'soak',
  asks: 'Do memory, threads and files of all processes stay flat over 100,000 jobs?',
  seconds: { full: 90, quick: 2 },
  run: (bench) => measure(bench, warm),
};

/** The same with a source for each job. */
export const soakFresh: Scenario = {
  name: 'soak-fresh',
  asks: 'Do they stay flat where each job brings its source and has a realm of its own?',
  seconds: { full: 180, quick: 4 },
  isExtra: true,
  run: (bench) => measure(bench, { ...warm, isFresh: true }),
};

/** The same with hostile jobs among the others. */
export const soakHostile: Scenario = {
  name: 'soak-hostile',
  asks: 'Do they stay flat where every hundredth job is hostile, and some cost their process?',
  seconds: { full: 300, quick: 6 },
  isExtra: true,
  run: (bench) => measure(bench, { ...warm, isHostile: true }),
};

/** The same in the other engine. */
export const soakRealm: Scenario = {
  name: 'soak-realm',
  asks: 'Do they stay flat in the engine for trusted guests?',
  seconds: { full: 120, quick: 3 },
  isExtra: true,
  run: (bench) => measure(bench, { ...warm, engine: 'realm' }),
};

async function measure(
  bench: Bench,
  plan: SoakPlan,
): Promise<Awaited<ReturnType<Scenario['run']>>> {
  const jobCount = bench.isQuick ? quickCount : plan.jobCount;
  const samples = await runSoak(bench, { ...plan, jobCount });
  const { memory, failures } = judgeSamples(samples);
  // A short run is warm-up from its beginning to its end, and nothing in it is flat.
  if (!bench.isQuick) for (const failure of failures) bench.book.fail(new Error(failure));
  return {
    comparisons: [],
    findings: findingsOf(memory, samples, bench.isQuick),
    figures: [memoryFigure(samples)],
    omitted: bench.isQuick ? [`the verdict on memory: ${quickCount} jobs are all warm-up`] : [],
  };
}

function findingsOf(
  memory: Growth,
  samples: readonly Sample[],
  isQuick: boolean,
): readonly Finding[] {
  const last = samples.at(-1);
  const all: readonly Finding[] = [
    { what: 'growth of memory after the warm-up', unit: 'MiB', value: memory.by },
    { what: 'noise of that growth', unit: 'MiB', value: memory.noise },
    {
      what: 'jobs, pauses for samples included',
      unit: 'jobs/s',
      value: (last?.jobCount ?? 0) / (last?.atSeconds ?? NaN),
    },
  ];
  if (isQuick) return all;
  const value = growthBeyondNoise(memory);
  return [
    { what: 'growth of memory beyond its noise', unit: 'MiB', value, target: 'memorySlope' },
    ...all,
  ];
}

function memoryFigure(samples: readonly Sample[]): Figure {
  const line = (name: string, bytesOf: (each: Sample) => number) => ({
    name,
    points: samples.map((each) => [each.atSeconds, bytesOf(each) / MiB] as const),
  });
  return {
    title: 'Memory over time',
    kind: 'lines',
    x: { label: 's', scale: 'linear' },
    y: { label: 'MiB', scale: 'linear' },
    series: [
      line('resident, pool processes', ({ poolRssBytes }) => poolRssBytes),
      line('resident, submitting process', ({ ownRssBytes }) => ownRssBytes),
      line('heap of the submitting process', ({ heapBytes }) => heapBytes),
    ],
  };
}
