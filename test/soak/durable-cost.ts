/**
 * Measures what durable jobs and the HTTP service cost beside what they stand on, by turns, in one run.
 *
 * `npm run soak:durable-cost` prints the ratios beside their targets. `--part embedded|postgres|http` measures one of them,
 * `--jobs` jobs a round, `--rounds` rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openEmbedded, openPostgres } from '@waybill/queue';
import { startPostgres } from '@waybill/testkit';
import { type DurableLane, settled } from './durable-lane.ts';
import { measureHttp } from './http-cost.ts';
import { median } from './measure.ts';
import { openOurLane } from './our-lane.ts';
import { openRawLane } from './raw-lane.ts';

const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    jobs: { type: 'string', default: '3000' },
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

interface LaneNumbers {
  /** Accepted and settled, a second, with few producers. */
  readonly perSecond: number;
  /** The same with many. */
  readonly crowdPerSecond: number;
  /** From the call of submit to the start of the job, in ms. */
  readonly idleMs: number;
}

/** Many at once: how long from the first submission until all are settled. */
async function measureLoad(
  lane: DurableLane,
  count: number,
  producerCount: number,
): Promise<number> {
  const before = lane.settledCount();
  let submitted = 0;
  const startMs = performance.now();
  const produce = async (): Promise<void> => {
    while (submitted < count) {
      const number = submitted++;
      await lane.accept({ number, tenant: tenants[number % tenants.length] ?? '', payload });
    }
  };
  await Promise.all(Array.from({ length: producerCount }, produce));
  await settled(lane, before + count);
  return (count / (performance.now() - startMs)) * 1_000;
}

/** One at a time: how long from its submission until it starts. */
async function measureIdle(lane: DurableLane): Promise<number> {
  const tookMs: number[] = [];
  for (let number = 0; number < idleCount; number++) {
    const started = Promise.withResolvers<void>();
    lane.onStart = () => started.resolve();
    const before = lane.settledCount();
    const startMs = performance.now();
    const accepted = lane.accept({ number, tenant: 'acme', payload });
    await started.promise;
    tookMs.push(performance.now() - startMs);
    await accepted;
    await settled(lane, before + 1);
    await setTimeout(10);
  }
  lane.onStart = () => {};
  return median(tookMs);
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

function say(who: string, { perSecond, crowdPerSecond, idleMs }: LaneNumbers): void {
  const [few, many] = [perSecond, crowdPerSecond].map((rate) => rate.toFixed(0).padStart(5));
  const { few: fewCount, many: manyCount } = producerCounts;
  console.log(
    `${who.padEnd(24)} ${few} jobs/s (${fewCount} producers) ${many} jobs/s (${manyCount})   idle p50 ${idleMs.toFixed(2)} ms`,
  );
}

async function compare(what: string, raw: DurableLane, ours: DurableLane): Promise<void> {
  for (const lane of [raw, ours]) await measureLoad(lane, 300, producerCounts.few);
  const rounds: { raw: LaneNumbers; ours: LaneNumbers }[] = [];
  const measure = async (lane: DurableLane): Promise<LaneNumbers> => {
    const numbers = {
      perSecond: await measureLoad(lane, jobCount, producerCounts.few),
      crowdPerSecond: await measureLoad(lane, jobCount, producerCounts.many),
      idleMs: await measureIdle(lane),
    };
    say(`${what}, ${lane.name}`, numbers);
    return numbers;
  };
  for (let round = 0; round < roundCount; round++) {
    rounds.push({ raw: await measure(raw), ours: await measure(ours) });
  }
  const rate = median(rounds.map((round) => round.ours.perSecond / round.raw.perSecond));
  const crowd = median(rounds.map((round) => round.ours.crowdPerSecond / round.raw.crowdPerSecond));
  const idle = median(rounds.map((round) => round.ours.idleMs / round.raw.idleMs));
  verdict(`${what}: accepted and settled jobs a second`, rate, { atLeast: 0.8 });
  console.log(
    `         ${what}: the same with ${producerCounts.many} producers: ${crowd.toFixed(2)}x`,
  );
  verdict(`${what}: idle submit to start, p50`, idle, { atMost: 1.5 });
}

async function embedded(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-cost-'));
  try {
    await using rawBase = await openEmbedded({ folder: join(folder, 'raw') });
    await using ourBase = await openEmbedded({ folder: join(folder, 'ours') });
    await using raw = await openRawLane(rawBase);
    await using ours = await openOurLane(ourBase);
    await compare('embedded', raw, ours);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function postgres(): Promise<void> {
  await using server = await startPostgres();
  await using ourBase = await openPostgres({ url: await server.createDatabase() });
  await using raw = await openRawLane(await server.createDatabase());
  await using ours = await openOurLane(ourBase);
  await compare('postgres', raw, ours);
}

async function http(): Promise<void> {
  verdict('POST /v1/run beside a bare route, p50', await measureHttp(roundCount), { atMost: 1.5 });
}

const parts: Readonly<Record<string, () => Promise<void>>> = { embedded, postgres, http };
for (const [name, measurePart] of Object.entries(parts)) {
  if (values.part === undefined || values.part === name) await measurePart();
}
