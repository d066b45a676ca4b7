import { createOrchestrator } from '@waybill/orchestrator';
import { partOf } from '../method/part.ts';
import { quantile, type Round } from '../method/ratio.ts';
import {
  type Beside,
  besideFigure,
  capacityOf,
  compareBeside,
  measureBeside,
} from '../neighbours/beside.ts';
import { hostileJobs, type HostileOptions } from '../neighbours/hostile.ts';
import { tameKinds } from '../neighbours/hostile-jobs.ts';
import { deployLanes, hostFunctions } from '../neighbours/tenant-lane.ts';
import type { Scenario } from '../scenario.ts';

const quietNames = ['acme', 'bolt', 'cube'];

/** Calls of the quiet tenants together, where the pool can take five times as many. */
const mostPerSecond = 200;

const hostileShare = 0.01;

/** Time between two guests that cost their process, in ms: enough for a new spare to come up. */
const betweenWedgesMs = 2_000;

const wallMs = 1_500;

/** Three tenants beside hostile jobs that are ended in good order, and beside some that cost the process that all share. */
export const hostileNeighbour: Scenario = {
  name: 'hostile-neighbour',
  asks: 'What do other tenants notice where every hundredth job is hostile, and where processes are lost?',
  seconds: { full: 55, quick: 5 },
  async run(bench) {
    const { threads, isQuick } = bench;
    await using waybill = await createOrchestrator({ threads, hostFunctions });
    const lanes = await deployLanes(waybill, quietNames);
    const capacity = await capacityOf(bench, lanes, isQuick ? 0.2 : 2);
    const perSecond = Math.min(mostPerSecond, 0.2 * capacity);
    const measure = (part: number, seconds: number, options: HostileOptions): Promise<Beside> =>
      measureBeside(partOf(bench, part, 2), {
        lanes,
        perSecond,
        neighbour: hostileJobs(waybill, options),
        roundCount: isQuick ? 1 : 3,
        roundSeconds: seconds,
      });
    const everyMs = 1_000 / (perSecond * hostileShare);
    const tame = { name: 'hostile jobs', kinds: tameKinds, everyMs, wallMs };
    const beside = await measure(0, isQuick ? 0.3 : 4, tame);
    // A process is given up a second after a guest wedged it: no load is to be over before.
    const wedging = { kinds: ['wedges'], everyMs: betweenWedgesMs, wallMs } as const;
    const killed = await measure(1, isQuick ? 1.2 : 4, { name: 'lost processes', ...wedging });
    const hostileCount = beside.counts.settledCount + killed.counts.settledCount;
    const { lostProcessCount, rerunCount } = await waybill.stats();
    return {
      comparisons: [...compareBeside(beside), ...compareBeside(killed)],
      findings: [
        { what: 'added by lost processes to p99', unit: 'ms', value: addedMs(killed.p99) },
        { what: 'processes lost', unit: 'processes', value: lostProcessCount },
        { what: 'jobs that ran again', unit: 'jobs', value: rerunCount },
        { what: 'calls of the quiet tenants', unit: 'calls/s', value: perSecond },
        { what: 'hostile jobs', unit: 'jobs', value: hostileCount },
      ],
      figures: [besideFigure(beside), besideFigure(killed)],
      omitted: lostProcessCount === 0 ? ['what a lost process costs: none was lost'] : [],
    };
  },
};

/** The middle one of what the rounds differ by. */
function addedMs(rounds: readonly Round[]): number {
  const added = rounds.map(({ ours, other }) => ours - other);
  return quantile(
    added.toSorted((one, other) => one - other),
    0.5,
  );
}
