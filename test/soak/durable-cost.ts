/**
 * Measures what durable jobs and the HTTP service cost beside what they stand on, by turns, in one run.
 *
 * `npm run soak:durable-cost` prints the ratios beside their targets. `--part embedded|postgres|http` measures one of them,
 * `--jobs` jobs a round, `--rounds` rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbedded, openPostgres } from '@waybill/queue';
import { startPostgres } from '@waybill/testkit';
import { pause } from '../support/pause.ts';
import { type DurableLane, settled } from './durable-lane.ts';
import { measureHttp } from './http-cost.ts';
import { median } from './measure.ts';
import { openOurLane } from './our-lane.ts';
import { openRawLane } from './raw-lane.ts';

const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    jobs: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
  },
});

const jobCount = Number(values.jobs);
const roundCount = Number(values.rounds);

/** Loops that submit, each one job after the other: as few as the design was measured with, and a crowd. */
const producerCounts = { few: 8, many: 64 };

/** How many jobs are submitted one after the other, each to a queue with nothing to do. */
const idleCount = 80;

const payload = 'x'.repeat(900);

const tenants = ['acme', 'bolt', 'cube', 'dune'];

/** Many at once: how many a second, from the first submission until all are settled. */
async function measureLoad(lane: DurableLane, producerCount: number): Promise<number> {
  const before = lane.settledCount();
  let submitted = 0;
  const startMs = performance.now();
  const produce = async (): Promise<void> => {
    while (submitted < jobCount) {
      const number = submitted++;
      await lane.accept({ number, tenant: tenants[number % tenants.length] ?? '', payload });
    }
  };
  await Promise.all(Array.from({ length: producerCount }, produce));
  await settled(lane, before + jobCount);
  return (jobCount / (performance.now() - startMs)) * 1_000;
}

/** One job in a queue with nothing to do: how long from its submission until it starts. */
async function measureIdle(lane: DurableLane, number: number): Promise<number> {
  const started = Promise.withResolvers<void>();
  lane.onStart = () => started.resolve();
  const before = lane.settledCount();
  const startMs = performance.now();
  const accepted = lane.accept({ number, tenant: 'acme', payload });
  await started.promise;
  const tookMs = performance.now() - startMs;
  await accepted;
  await settled(lane, before + 1);
  lane.onStart = () => {};
  await pause(10);
  return tookMs;
}

/** A line with a ratio and what it must be. */
function verdict(what: string, ratio: number, target: { atLeast?: number; atMost?: number }): void {
  const { atLeast = -Infinity, atMost = Infinity } = target;
  const isMet = ratio >= atLeast && ratio <= atMost;
  const wanted = target.atLeast === undefined ? `at most ${atMost}x` : `at least ${atLeast}x`;
  console.log(
    `${isMet ? 'met    ' : 'NOT MET'}  ${what}: ${ratio.toFixed(2)}x (target: ${wanted})`,
  );
  if (!isMet) process.exitCode = 1;
}

type Pair = readonly [raw: number, ours: number];

/** Measures both by turns, the second time in the other order, so that what the machine does besides is shared out. */
async function byTurns(
  [raw, ours]: readonly [DurableLane, DurableLane],
  measure: (lane: DurableLane) => Promise<number>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < roundCount; round++) {
    const first = await measure(raw);
    const second = await measure(ours);
    const third = await measure(ours);
    pairs.push([first, second], [await measure(raw), third]);
  }
  return pairs;
}

function ratioOf(what: string, unit: string, pairs: readonly Pair[]): number {
  const [raw, ours] = ([0, 1] as const).map((side) => median(pairs.map((pair) => pair[side])));
  console.log(
    `         ${what}: pg-boss alone ${raw?.toFixed(1)}, ours ${ours?.toFixed(1)} ${unit}`,
  );
  return median(pairs.map((pair) => pair[1] / pair[0]));
}

async function compare(where: string, lanes: readonly [DurableLane, DurableLane]): Promise<void> {
  for (const lane of lanes) await measureLoad(lane, producerCounts.many);
  const loads = { few: NaN, many: NaN };
  for (const name of ['few', 'many'] as const) {
    const count = producerCounts[name];
    const pairs = await byTurns(lanes, (lane) => measureLoad(lane, count));
    loads[name] = ratioOf(`${where}, ${count} producers`, 'jobs/s', pairs);
  }
  const idle: Pair[] = [];
  for (let number = 0; number < idleCount; number++) {
    idle.push([await measureIdle(lanes[0], number), await measureIdle(lanes[1], number)]);
  }
  const [rawMs, oursMs] = ([0, 1] as const).map((side) => median(idle.map((pair) => pair[side])));
  console.log(
    `         ${where}, idle p50: ${rawMs?.toFixed(2)} ms, ours ${oursMs?.toFixed(2)} ms`,
  );
  verdict(`${where}: accepted and settled a second`, loads.few, { atLeast: 0.8 });
  console.log(`         ${where}: the same with many producers: ${loads.many.toFixed(2)}x`);
  verdict(`${where}: idle submit to start, p50`, (oursMs ?? NaN) / (rawMs ?? NaN), { atMost: 1.5 });
}

async function embedded(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-cost-'));
  try {
    await using rawBase = await openEmbedded({ folder: join(folder, 'raw') });
    await using ourBase = await openEmbedded({ folder: join(folder, 'ours') });
    await using raw = await openRawLane(rawBase);
    await using ours = await openOurLane(ourBase);
    await compare('embedded', [raw, ours]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function postgres(): Promise<void> {
  await using server = await startPostgres();
  await using ourBase = await openPostgres({ url: await server.createDatabase() });
  await using raw = await openRawLane(await server.createDatabase());
  await using ours = await openOurLane(ourBase);
  await compare('postgres', [raw, ours]);
}

async function http(): Promise<void> {
  verdict('POST /v1/run beside a bare route, p50', await measureHttp(roundCount), { atMost: 1.5 });
}

const parts: Readonly<Record<string, () => Promise<void>>> = { embedded, postgres, http };
for (const [name, measurePart] of Object.entries(parts)) {
  if (values.part === undefined || values.part === name) await measurePart();
}
