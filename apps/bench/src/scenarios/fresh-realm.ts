import { createOrchestrator, type JobSpec, type Orchestrator } from '@waybill/orchestrator';
import { bareIsolateLane } from '../lanes/bare-isolate.ts';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import { echo, type Exchange } from '../lanes/exchange.ts';
import type { Lane } from '../lanes/lane.ts';
import { ourLane } from '../lanes/our-pool.ts';
import { comparePeers } from '../method/compare-peers.ts';
import { compare, type Compared, type ComparePlan } from '../method/compare.ts';
import { partOf } from '../method/part.ts';
import { openPeers } from '../peers/open-peers.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Bench, Scenario } from '../scenario.ts';

const source = 'export default (input) => input';

/** A function that only this call has, and that only it can answer with its number. */
const ownSource: Exchange = { input: (number) => `() => ${number}`, check: echo.check };

/** A job that brings its source and has a realm of its own, prepared ahead, against making one by hand for each call. */
export const freshRealm: Scenario = {
  name: 'fresh-realm',
  asks: 'What does a job with a realm of its own cost over a context made, compiled and run for each call?',
  seconds: { full: 68, quick: 2 },
  async run(bench) {
    const { threads } = bench;
    await using waybill = await createOrchestrator({
      threads,
      containment: 'thread',
      attemptsPerThread: callsPerThread,
    });
    const ours = ourLane(waybill, { job: (number) => ({ source, input: number }) });
    const compared = await sameSource(partOf(bench, 0, 3), ours);
    const apart = await sourcesOfTheirOwn(partOf(bench, 1, 3), waybill);
    await using peers = await openPeers(bench, 'fresh');
    const beside = await comparePeers(partOf(bench, 2, 3), {
      ours,
      what: 'fresh realm',
      peers: peers.lanes,
      // Some take a tenth of a second for each: more callers would only wait longer.
      callerCount: threads * 4,
    });
    return {
      comparisons: [...compared.comparisons, ...apart.comparisons, ...beside.comparisons],
      findings: [],
      figures: [
        latencyFigure('Latency of a job with a fresh realm', compared.distributions),
        ...beside.figures,
      ],
      omitted: [...peers.omitted, ...beside.omitted],
    };
  },
};

function planOf({ threads, isQuick }: Bench): ComparePlan {
  return {
    callerCount: threads * callsPerThread * 2,
    roundCount: isQuick ? 1 : 5,
    roundSeconds: isQuick ? 0.06 : 0.8,
    // Of the slower one, so that ours is below 70 % of what it can do.
    loadShare: 0.5,
  };
}

/** Jobs of one source: each side may keep what it learns of it. */
async function sameSource(bench: Bench, ours: Lane): Promise<Compared> {
  const { threads } = bench;
  await using other = bareIsolateLane({ how: 'fresh', threads, callsPerThread });
  return await compare(
    bench,
    { ours, other },
    { ...planOf(bench), targets: { underLoad: 'freshP50', throughput: 'freshThroughput' } },
  );
}

/** Jobs none of whose sources was there before. */
async function sourcesOfTheirOwn(bench: Bench, waybill: Orchestrator): Promise<Compared> {
  const { threads, isQuick } = bench;
  await using other = bareIsolateLane({ how: 'own', threads, callsPerThread }, ownSource);
  const job = (number: number): JobSpec => ({ source: `export default () => ${number}` });
  return await compare(
    bench,
    { ours: ourLane(waybill, { job }), other },
    {
      ...planOf(bench),
      roundCount: isQuick ? 1 : 2,
      label: 'each job with a source of its own',
    },
  );
}
