/**
 * Runs many small jobs through one orchestrator and tells whether heap and resident memory stay flat.
 *
 * `npm run soak -- --jobs 100000` runs jobs of a deployed function; `--fresh` brings a source with each job instead. Below
 * about 40,000 jobs the memory is still on its way to its level, and the verdict says little.
 */
import { parseArgs } from 'node:util';
import { ContextVariable } from '@waybill/context';
import { createOrchestrator, type JobSpec, unwrap } from '@waybill/orchestrator';
import { heapAfterGc } from '@waybill/testkit';

const MiB = 2 ** 20;

/** Growth that the allocator's and the collector's slack can explain, in bytes over the part that is judged. */
const noiseBytes = { heap: 4 * MiB, rss: 32 * MiB };

/** The beginning is warm-up: caches fill, code is compiled, the heap finds its size. */
const warmUpRatio = 0.4;

/** Jobs under way at any moment. */
const concurrentCount = 64;

interface Sample {
  readonly jobs: number;
  readonly heap: number;
  readonly rss: number;
}

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    fresh: { type: 'boolean', default: false },
  },
});

const tenant = new ContextVariable<string>({ name: 'tenant', carry: { to: ['worker', 'guest'] } });

const source = `export default async (input, { host, context, log }) => {
  log('job', input.number);
  return [context.get('tenant'), await host.whoCalls(), input.number];
}`;

function sample(jobs: number): Sample {
  const heap = heapAfterGc();
  return { jobs, heap, rss: process.memoryUsage.rss() };
}

/** What a straight line through the samples gains from its first to its last, in bytes. */
function growth(samples: readonly Sample[], kind: 'heap' | 'rss'): number {
  const mean = (of: (each: Sample) => number): number =>
    samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const middle = mean(({ jobs }) => jobs);
  const level = mean((each) => each[kind]);
  const spread = mean(({ jobs }) => (jobs - middle) ** 2);
  const slope = mean((each) => (each.jobs - middle) * (each[kind] - level)) / (spread || 1);
  return slope * ((samples.at(-1)?.jobs ?? 0) - (samples[0]?.jobs ?? 0));
}

function report({ jobs, heap, rss }: Sample, startMs: number): void {
  const perSecond = jobs / ((performance.now() - startMs) / 1_000);
  const columns = [
    `${jobs} jobs`.padStart(12),
    `heap ${(heap / MiB).toFixed(1)} MiB`.padStart(16),
    `rss ${(rss / MiB).toFixed(1)} MiB`.padStart(16),
    `${perSecond.toFixed(0)} jobs/s`.padStart(14),
  ];
  console.log(columns.join(''));
}

function judge(samples: readonly Sample[], jobCount: number): boolean {
  const judged = samples.filter(({ jobs }) => jobs >= jobCount * warmUpRatio);
  const grown = { heap: growth(judged, 'heap'), rss: growth(judged, 'rss') };
  const isFlat = grown.heap < noiseBytes.heap && grown.rss < noiseBytes.rss;
  const said = Object.entries(grown).map(
    ([kind, bytes]) => `${kind} ${(bytes / MiB).toFixed(2)} MiB`,
  );
  console.log(
    `${isFlat ? 'flat' : 'NOT FLAT'}: over the last ${jobCount * (1 - warmUpRatio)} jobs ${said.join(', ')}`,
  );
  return isFlat;
}

async function soak(jobCount: number, isFresh: boolean): Promise<boolean> {
  await using waybill = await createOrchestrator({
    threads: 2,
    hostFunctions: { whoCalls: () => tenant.get() },
  });
  const names = ['acme', 'bolt', 'cube', 'dune'];
  for (const name of names) await waybill.deploy({ name: 'soak', tenant: name, source });
  const target = isFresh ? { source } : { function: 'soak' };
  const startMs = performance.now();
  const samples: Sample[] = [];
  let started = 0;

  const runOne = async (number: number): Promise<void> => {
    const name = names[number % names.length] ?? '';
    const job: JobSpec = { ...target, tenant: name, input: { number } };
    const value = unwrap(await tenant.run(name, () => waybill.run(job)));
    const expected = JSON.stringify([name, name, number]);
    if (JSON.stringify(value) !== expected)
      throw new Error(`got ${JSON.stringify(value)}, not ${expected}`);
  };
  const lane = async (untilCount: number): Promise<void> => {
    while (started < untilCount) await runOne(started++);
  };
  const stepCount = Math.min(10_000, Math.ceil(jobCount / 10));
  for (let doneCount = 0; doneCount < jobCount; doneCount += stepCount) {
    const untilCount = Math.min(jobCount, doneCount + stepCount);
    await Promise.all(Array.from({ length: concurrentCount }, () => lane(untilCount)));
    const taken = sample(started);
    samples.push(taken);
    report(taken, startMs);
  }
  return judge(samples, jobCount);
}

const jobCount = Number(values.jobs);
if (!Number.isInteger(jobCount) || jobCount < 10) {
  throw new RangeError(`--jobs: expected a whole number of at least 10, got ${values.jobs}`);
}
process.exitCode = (await soak(jobCount, values.fresh)) ? 0 : 1;
