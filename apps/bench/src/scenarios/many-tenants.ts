import { createOrchestrator, type Orchestrator } from '@waybill/orchestrator';
import { idleCount, measureIdleIsolates } from '../memory/idle-isolates.ts';
import { comparison } from '../method/compare.ts';
import { Latencies } from '../method/latencies.ts';
import { partOf, turnsOf } from '../method/part.ts';
import type { Round } from '../method/ratio.ts';
import { TenantJobs } from '../neighbours/tenant-jobs.ts';
import { hostFunctions } from '../neighbours/tenant-lane.ts';
import type { Comparison, Finding } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const MiB = 2 ** 20;
const KiB = 2 ** 10;

/** Many more tenants than isolates that are kept. */
export const manyTenants: Scenario = {
  name: 'many-tenants',
  asks: 'What does a tenant cost that has little to do, and one that comes back after its isolate was given up?',
  seconds: { full: 30, quick: 3 },
  async run(bench) {
    const served = await serveAll(partOf(bench, 0, 2));
    const roundCount = bench.isQuick ? 1 : 5;
    const idle = await measureIdleIsolates(
      turnsOf(partOf(bench, 1, 2), roundCount, `${idleCount} idle isolates`),
    );
    const inMiB = ({ ours, other }: Round): Round => ({ ours: ours / MiB, other: other / MiB });
    return {
      comparisons: [
        served.returning,
        comparison(
          { ours: { name: 'ours' }, other: { name: 'raw isolate and context' } },
          {
            what: 'resident memory for each idle warm isolate',
            unit: 'MiB',
            loop: 'none',
            rounds: idle.map(inMiB),
            target: 'idleIsolateBytes',
          },
        ),
      ],
      findings: served.findings,
      figures: [],
      omitted: [],
    };
  },
};

interface Served {
  readonly returning: Comparison;
  readonly findings: readonly Finding[];
}

/** Each tenant has one small job; then some come back whose isolates were given up, and once more while these are there. */
async function serveAll(bench: Bench): Promise<Served> {
  const { threads, isQuick } = bench;
  const tenantCount = isQuick ? 24 : 1_000;
  const maxPerThread = isQuick ? 8 : 64;
  const isolates = { maxPerThread };
  await using waybill = await createOrchestrator({ threads, isolates, hostFunctions });
  const jobs = new TenantJobs(bench.book, waybill);
  const before = await poolFacts(waybill);
  for (let number = 0; number < tenantCount; number++) {
    bench.signal.throwIfAborted();
    if (number % 20 === 0) bench.progress(number / tenantCount, `${number} tenants`);
    await jobs.run(number);
  }
  const after = await poolFacts(waybill);
  const grownBytes = after.rssBytes - before.rssBytes;
  // Those that were served first have lost theirs; half as many a round as are kept, so that each is there the second time.
  const roundCount = isQuick ? 2 : 5;
  const returning = await measureReturns(jobs, { roundCount, perRound: maxPerThread / 2 });
  return {
    returning,
    findings: [
      { what: 'tenants served', unit: 'tenants', value: tenantCount },
      { what: 'isolates kept at the end', unit: 'isolates', value: after.keptCount },
      { what: 'isolates given up', unit: 'isolates', value: after.recycledCount },
      {
        what: 'resident memory of the pool for each tenant served',
        unit: 'KiB',
        value: grownBytes / tenantCount / KiB,
      },
      {
        what: 'resident memory of the pool for each isolate kept',
        unit: 'MiB',
        value: grownBytes / after.keptCount / MiB,
      },
      { what: 'heap in use of an isolate', unit: 'MiB', value: jobs.meanHeapBytes / MiB },
    ],
  };
}

/** Lets tenants return in the order in which they came, each twice in a row. */
async function measureReturns(
  jobs: TenantJobs,
  { roundCount, perRound }: { readonly roundCount: number; readonly perRound: number },
): Promise<Comparison> {
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    const returned = new Latencies();
    const again = new Latencies();
    for (let index = 0; index < perRound; index++) {
      const number = round * perRound + index;
      returned.add(await jobs.run(number));
      again.add(await jobs.run(number));
    }
    rounds.push({ ours: returned.percentile(50), other: again.percentile(50) });
  }
  return comparison(
    { ours: { name: 'isolate given up' }, other: { name: 'isolate kept' } },
    { what: 'latency p50 of a tenant that returns', unit: 'ms', loop: 'closed', rounds },
  );
}

/** What the processes that serve hold at this moment, and their isolates. */
async function poolFacts(
  waybill: Orchestrator,
): Promise<{ rssBytes: number; keptCount: number; recycledCount: number }> {
  const { processes, threads } = (await waybill.stats()).pool;
  const serving = processes.filter(({ state }) => state === 'serving');
  const ids = new Set(serving.map(({ processId }) => processId));
  const inService = threads.filter(({ processId }) => ids.has(processId));
  return {
    rssBytes: serving.reduce((sum, each) => sum + each.rssBytes, 0),
    keptCount: inService.reduce((sum, each) => sum + each.isolateCount, 0),
    recycledCount: inService.reduce((sum, each) => sum + each.isolatesRecycledCount, 0),
  };
}
