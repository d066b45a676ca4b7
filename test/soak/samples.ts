import { readdirSync } from 'node:fs';
import type { Orchestrator } from '@waybill/orchestrator';
import { heapAfterGc } from '@waybill/testkit';

const MiB = 2 ** 20;

/** What is held at one moment, by the submitting process and by its pool processes together. */
export interface Sample {
  readonly jobs: number;
  /** Heap of the submitting process after a collection, in bytes. */
  readonly heap: number;
  /** Resident memory of the submitting process, in bytes. */
  readonly rss: number;
  /** Resident memory of all pool processes together, in bytes. */
  readonly poolRss: number;
  /** Threads of all processes. */
  readonly threads: number;
  /** Open files of all processes. */
  readonly files: number;
}

type Measure = Exclude<keyof Sample, 'jobs'>;

/** Growth that the slack of allocator, collector and thread pools can explain, over the part that is judged. */
const noise: Readonly<Record<Measure, number>> = {
  heap: 4 * MiB,
  rss: 32 * MiB,
  poolRss: 48 * MiB,
  threads: 6,
  files: 6,
};

const measures = Object.keys(noise) as Measure[];

function countIn(folder: string): number {
  // Elsewhere than on Linux there is no such folder, and nothing is counted.
  if (process.platform !== 'linux') return 0;
  return readdirSync(folder).length;
}

/** Takes a sample. */
export async function takeSample(waybill: Orchestrator, jobs: number): Promise<Sample> {
  const { processes } = (await waybill.stats()).pool;
  const ids = [...new Set([process.pid, ...processes.map(({ processId }) => processId)])];
  const count = (what: string): number =>
    ids.reduce((sum, id) => sum + countIn(`/proc/${id}/${what}`), 0);
  const heap = heapAfterGc();
  return {
    jobs,
    heap,
    rss: process.memoryUsage.rss(),
    poolRss: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    threads: count('task'),
    files: count('fd'),
  };
}

/** Says one measure for people. */
function say(measure: Measure, value: number): string {
  const isBytes = noise[measure] >= MiB;
  return `${measure} ${isBytes ? `${(value / MiB).toFixed(1)} MiB` : value.toFixed(1)}`;
}

/** Prints a sample. */
export function printSample(sample: Sample, startMs: number): void {
  const perSecond = sample.jobs / ((performance.now() - startMs) / 1_000);
  const said = measures.map((measure) => say(measure, sample[measure]).padStart(20));
  console.log(
    `${`${sample.jobs} jobs`.padStart(12)}${said.join('')}  ${perSecond.toFixed(0)} jobs/s`,
  );
}

/** What a straight line through the samples gains from its first to its last. */
function growth(samples: readonly Sample[], measure: Measure): number {
  const mean = (of: (each: Sample) => number): number =>
    samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const middle = mean(({ jobs }) => jobs);
  const level = mean((each) => each[measure]);
  const spread = mean(({ jobs }) => (jobs - middle) ** 2);
  const slope = mean((each) => (each.jobs - middle) * (each[measure] - level)) / (spread || 1);
  return slope * ((samples.at(-1)?.jobs ?? 0) - (samples[0]?.jobs ?? 0));
}

/** Whether everything stayed flat over the samples; prints the verdict. */
export function judge(samples: readonly Sample[]): boolean {
  const grown = measures.map((measure) => ({ measure, by: growth(samples, measure) }));
  const isFlat = grown.every(({ measure, by }) => by < noise[measure]);
  const said = grown.map(({ measure, by }) => say(measure, by)).join(', ');
  console.log(
    `${isFlat ? 'flat' : 'NOT FLAT'}: growth over the last ${samples.length} samples: ${said}`,
  );
  return isFlat;
}
