/**
 * Measures the engine `realm` beside the engine `isolate`: the same jobs on both, by turns, in one run.
 *
 * `npm run soak:engines -- --rounds 4` prints the medians of the ratios of the rounds.
 */
import { parseArgs } from 'node:util';
import { createOrchestrator, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { type Measured, measure, median, say } from './measure.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '4' } } });

const load = { aloneCount: 400, togetherCount: 1_200 };

const echo = 'export default (input) => input';
const calls =
  'export default async (input, { host }) => { for (let i = 0; i < 10; i++) await host.echo(i); }';

const shapes: Readonly<Record<string, (waybill: Orchestrator) => Promise<unknown>>> = {
  'warm call': async (waybill) => unwrap(await waybill.run({ function: 'echo', input: 1 })),
  'fresh realm': async (waybill) => unwrap(await waybill.run({ source: echo, input: 1 })),
  'ten host calls, warm': async (waybill) => unwrap(await waybill.run({ function: 'calls' })),
};

async function open(engine: 'isolate' | 'realm'): Promise<Orchestrator> {
  const hostFunctions = { echo: (value: unknown) => value };
  const waybill = await createOrchestrator({ engine, threads: 2, hostFunctions });
  await waybill.deploy({ name: 'echo', source: echo });
  await waybill.deploy({ name: 'calls', source: calls });
  return waybill;
}

await using isolate = await open('isolate');
await using realm = await open('realm');
for (const [name, run] of Object.entries(shapes)) {
  const ratios: { p50: number; throughput: number }[] = [];
  const runOn = (waybill: Orchestrator) => (): Promise<unknown> => run(waybill);
  for (const waybill of [isolate, realm]) await measure(runOn(waybill), load);
  for (let round = 0; round < Number(values.rounds); round++) {
    const byIsolate: Measured = await measure(runOn(isolate), load);
    const byRealm: Measured = await measure(runOn(realm), load);
    say(`${name}, isolate`, byIsolate);
    say(`${name}, realm`, byRealm);
    const throughput = byRealm.perSecond / byIsolate.perSecond;
    ratios.push({ p50: byRealm.p50Ms / byIsolate.p50Ms, throughput });
  }
  const p50 = median(ratios.map((ratio) => ratio.p50)).toFixed(2);
  const throughput = median(ratios.map((ratio) => ratio.throughput)).toFixed(2);
  console.log(`${name}: realm against isolate: p50 ${p50}x, throughput ${throughput}x`);
}
