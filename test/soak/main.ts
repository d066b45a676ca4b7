/**
 * Runs many jobs through one orchestrator and tells whether memory, threads and files of every process stay flat.
 *
 * `npm run soak -- --jobs 100000` runs jobs of a deployed function; `--fresh` brings a source with each job instead;
 * `--hostile` makes every hundredth job a hostile one; `--engine realm` runs them in the other engine.
 * Below about 40,000 jobs the memory is still on its way to its
 * level, and the verdict says little.
 */
import { parseArgs } from 'node:util';
import { createOrchestrator, type JobSpec, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { expectFailure, hostFunctions, hostileJob, source, tenant } from './jobs.ts';
import { judge, printSample, type Sample, takeSample } from './samples.ts';

/** The beginning is warm-up: caches fill, code is compiled, heaps find their size. */
const warmUpRatio = 0.4;

/** Jobs under way at any moment. */
const concurrentCount = 64;

const sampleCount = 20;

const names = ['acme', 'bolt', 'cube', 'dune'];

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    fresh: { type: 'boolean', default: false },
    hostile: { type: 'boolean', default: false },
    containment: { type: 'string', default: 'process' },
    engine: { type: 'string', default: 'isolate' },
  },
});

async function runHarmless(waybill: Orchestrator, number: number): Promise<void> {
  const name = names[number % names.length] ?? '';
  const target = values.fresh ? { source } : { function: 'soak' };
  // It may share a process with a hostile one, and has no effects.
  const job: JobSpec = { ...target, tenant: name, input: { number }, rerunnable: true };
  const value = unwrap(await tenant.run(name, () => waybill.run(job)));
  const expected = JSON.stringify([name, name, number]);
  if (JSON.stringify(value) !== expected)
    throw new Error(`got ${JSON.stringify(value)}, not ${expected}`);
}

async function runHostile(waybill: Orchestrator, number: number): Promise<void> {
  const { spec, codes } = hostileJob(number);
  expectFailure(await waybill.run(spec), codes);
}

async function soak(
  jobCount: number,
  options: { containment: 'process' | 'thread'; engine: 'isolate' | 'realm' },
): Promise<boolean> {
  await using waybill = await createOrchestrator({ threads: 2, hostFunctions, ...options });
  for (const name of names) await waybill.deploy({ name: 'soak', tenant: name, source });
  const startMs = performance.now();
  const samples: Sample[] = [];
  let started = 0;
  const lane = async (untilCount: number): Promise<void> => {
    while (started < untilCount) {
      const number = started++;
      const isHostile = values.hostile && number % 100 === 0;
      await (isHostile ? runHostile : runHarmless)(waybill, number);
    }
  };
  const stepCount = Math.ceil(jobCount / sampleCount);
  for (let doneCount = 0; doneCount < jobCount; doneCount += stepCount) {
    const untilCount = Math.min(jobCount, doneCount + stepCount);
    await Promise.all(Array.from({ length: concurrentCount }, () => lane(untilCount)));
    const taken = await takeSample(waybill, started);
    samples.push(taken);
    printSample(taken, startMs);
  }
  return judge(samples.filter(({ jobs }) => jobs >= jobCount * warmUpRatio));
}

const jobCount = Number(values.jobs);
if (!Number.isInteger(jobCount) || jobCount < 10) {
  throw new RangeError(`--jobs: expected a whole number of at least 10, got ${values.jobs}`);
}
const { containment, engine } = values;
if (containment !== 'process' && containment !== 'thread') {
  throw new RangeError(`--containment: expected process or thread, got ${containment}`);
}
if (engine !== 'isolate' && engine !== 'realm') {
  throw new RangeError(`--engine: expected isolate or realm, got ${engine}`);
}
process.exitCode = (await soak(jobCount, { containment, engine })) ? 0 : 1;
