/**
 * Measures what containment by process costs beside containment by thread: the same load on both, by turns, in one run.
 *
 * `npm run soak:cost -- --rounds 6`. The verdict is on the medians of the ratios of the rounds.
 */
import { parseArgs } from 'node:util';
import { createOrchestrator, type Orchestrator, unwrap } from '@waybill/orchestrator';

/** What containment by process may cost. */
const targets = { p50Ratio: 2, throughputRatio: 0.8 };

const aloneCount = 1_500;
const togetherCount = 6_000;
const concurrentCount = 32;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '6' } } });

interface Measured {
  /** Median latency of a warm call with nothing beside it, in ms. */
  readonly p50Ms: number;
  readonly perSecond: number;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}

async function runOne(waybill: Orchestrator): Promise<number> {
  const startMs = performance.now();
  unwrap(await waybill.run({ function: 'echo', input: 1 }));
  return performance.now() - startMs;
}

async function measure(waybill: Orchestrator): Promise<Measured> {
  const latenciesMs: number[] = [];
  for (let count = 0; count < aloneCount; count++) latenciesMs.push(await runOne(waybill));
  let startedCount = 0;
  const lane = async (): Promise<void> => {
    while (startedCount++ < togetherCount) await runOne(waybill);
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: concurrentCount }, lane));
  const perSecond = (togetherCount / (performance.now() - startMs)) * 1_000;
  return { p50Ms: median(latenciesMs), perSecond };
}

function say(what: string, { p50Ms, perSecond }: Measured): void {
  console.log(`${what.padEnd(8)} p50 ${p50Ms.toFixed(3)} ms   ${perSecond.toFixed(0)} jobs/s`);
}

const source = 'export default (input) => input';
await using thread = await createOrchestrator({ threads: 2, containment: 'thread' });
await using contained = await createOrchestrator({ threads: 2, containment: 'process' });
for (const waybill of [thread, contained]) {
  await waybill.deploy({ name: 'echo', source });
  await measure(waybill);
}
const p50Ratios: number[] = [];
const throughputRatios: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const byThread = await measure(thread);
  const byProcess = await measure(contained);
  say('thread', byThread);
  say('process', byProcess);
  p50Ratios.push(byProcess.p50Ms / byThread.p50Ms);
  throughputRatios.push(byProcess.perSecond / byThread.perSecond);
}
const [p50Ratio, throughputRatio] = [median(p50Ratios), median(throughputRatios)];
const isMet = p50Ratio <= targets.p50Ratio && throughputRatio >= targets.throughputRatio;
console.log(
  `${isMet ? 'met' : 'FALLS SHORT'}: p50 ${p50Ratio.toFixed(2)}x (at most ${targets.p50Ratio}x), throughput ${throughputRatio.toFixed(2)}x (at least ${targets.throughputRatio}x)`,
);
process.exitCode = isMet ? 0 : 1;
