/**
 * Measures what containment by process costs beside containment by thread: the same load on both, by turns, in one run.
 *
 * `npm run soak:cost -- --rounds 6`. The verdict is on the medians of the ratios of the rounds.
 */
import { parseArgs } from 'node:util';
import { createOrchestrator, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { measure, median, say } from './measure.ts';

/** What containment by process may cost. */
const targets = { p50Ratio: 2, throughputRatio: 0.8 };

const load = { aloneCount: 1_500, togetherCount: 6_000 };

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '6' } } });

const runOn = (waybill: Orchestrator) => async (): Promise<unknown> =>
  unwrap(await waybill.run({ function: 'echo', input: 1 }));

const source = 'export default (input) => input';
await using thread = await createOrchestrator({ threads: 2, containment: 'thread' });
await using contained = await createOrchestrator({ threads: 2, containment: 'process' });
for (const waybill of [thread, contained]) {
  await waybill.deploy({ name: 'echo', source });
  await measure(runOn(waybill), load);
}
const p50Ratios: number[] = [];
const throughputRatios: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const byThread = await measure(runOn(thread), load);
  const byProcess = await measure(runOn(contained), load);
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
