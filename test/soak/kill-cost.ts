/**
 * Measures what the end of a pool process costs the jobs of other tenants: a steady load of three tenants, by turns with
 * and without a fourth whose guest wedges its process every two seconds.
 *
 * `npm run soak:kills -- --rounds 3 --seconds 10`. Load is open: a job is due each few milliseconds, whether the ones
 * before have ended or not, and its latency counts from then.
 */
import { setInterval } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createOrchestrator, type Orchestrator, unwrap } from '@waybill/orchestrator';
import { hostFunctions, source, tenant } from './jobs.ts';

/** Time between two jobs that are due, in ms. */
const dueMs = 10;

/** Time between two wedging guests, in ms: time for a new spare to come up. */
const betweenWedgesMs = 2_000;

/** What kills may add to the p99 of other tenants, in ms. */
const targetMs = 200;

const names = ['acme', 'bolt', 'cube'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
  },
});

let lastNumber = 0;

async function runOne(
  waybill: Orchestrator,
  latenciesMs: number[],
  dueAtMs: number,
): Promise<void> {
  const number = ++lastNumber;
  const name = names[number % names.length] ?? '';
  const job = { tenant: name, function: 'canary', input: { number }, rerunnable: true };
  unwrap(await tenant.run(name, () => waybill.run(job)));
  latenciesMs.push(performance.now() - dueAtMs);
}

async function wedge(waybill: Orchestrator): Promise<void> {
  const number = ++lastNumber;
  const wedges = `export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, ${number})`;
  const limits = { wallMs: 1_000, cpuMs: 50 };
  const outcome = await waybill.run({ tenant: 'mallory', source: wedges, limits });
  const ended = outcome.ok ? 'value' : `${outcome.escalation} ${outcome.error.message}`;
  if (!ended.startsWith('wedge')) console.log(`a wedging guest ended with ${ended}`);
}

/** Runs the load for a while; gives the latencies in ms, sorted. */
async function measure(
  waybill: Orchestrator,
  seconds: number,
  isHostile: boolean,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  const running: Promise<void>[] = [];
  const startMs = performance.now();
  let doneCount = 0;
  let wedgeCount = 0;
  for await (const _ of setInterval(1)) {
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs > seconds * 1_000) break;
    while (doneCount * dueMs < elapsedMs) {
      running.push(runOne(waybill, latenciesMs, startMs + doneCount * dueMs));
      doneCount += 1;
    }
    if (isHostile && wedgeCount * betweenWedgesMs < elapsedMs) {
      wedgeCount += 1;
      running.push(wedge(waybill));
    }
  }
  await Promise.all(running);
  return latenciesMs.toSorted((one, other) => one - other);
}

function percentile(sortedMs: readonly number[], ratio: number): number {
  return sortedMs[Math.min(sortedMs.length - 1, Math.floor(sortedMs.length * ratio))] ?? 0;
}

function say(what: string, sortedMs: readonly number[]): void {
  const at = (ratio: number): string => percentile(sortedMs, ratio).toFixed(1);
  console.log(
    `${what.padEnd(10)}${String(sortedMs.length).padStart(6)} jobs   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   p99.9 ${at(0.999)} ms   most ${at(1)} ms`,
  );
}

await using waybill = await createOrchestrator({ threads: 2, hostFunctions });
for (const name of names) await waybill.deploy({ name: 'canary', tenant: name, source });
await measure(waybill, 2, false);
const addedMs: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const quiet = await measure(waybill, Number(values.seconds), false);
  say('quiet', quiet);
  const killed = await measure(waybill, Number(values.seconds), true);
  say('with kills', killed);
  addedMs.push(percentile(killed, 0.99) - percentile(quiet, 0.99));
}
const { lostProcessCount, rerunCount } = await waybill.stats();
console.log(`${lostProcessCount} processes were lost, ${rerunCount} jobs ran again`);
const median = percentile(
  addedMs.toSorted((one, other) => one - other),
  0.5,
);
const isMet = median <= targetMs;
console.log(
  `${isMet ? 'met' : 'FALLS SHORT'}: kills add ${median.toFixed(0)} ms to p99 (median of the rounds, at most ${targetMs} ms)`,
);
process.exitCode = isMet ? 0 : 1;
