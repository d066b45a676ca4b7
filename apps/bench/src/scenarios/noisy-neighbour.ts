import { createOrchestrator } from '@waybill/orchestrator';
import { besideFigure, capacityOf, compareBeside, measureBeside } from '../neighbours/beside.ts';
import { floodingNeighbour } from '../neighbours/flood.ts';
import { deployLanes, hostFunctions } from '../neighbours/tenant-lane.ts';
import type { Scenario } from '../scenario.ts';

const quietNames = ['acme', 'bolt', 'cube'];

/** Jobs of a tenant that may wait: the flood is as deep as this, and what is left of it after a round has to go. */
const maxQueued = 500;

/** Share of what the pool can take that the quiet tenants ask for together. */
const loadShare = 0.2;

/** Three tenants with little to do, alone and beside a fourth that floods the pool. */
export const noisyNeighbour: Scenario = {
  name: 'noisy-neighbour',
  asks: 'What do quiet tenants notice of one that submits more than the pool can take?',
  seconds: { full: 36, quick: 3 },
  async run(bench) {
    const { threads, isQuick } = bench;
    const tenants = { default: { maxQueued } };
    await using waybill = await createOrchestrator({ threads, hostFunctions, tenants });
    const lanes = await deployLanes(waybill, quietNames);
    const neighbour = await floodingNeighbour(waybill, maxQueued);
    bench.progress(0, 'what the pool can take');
    const perSecond = loadShare * (await capacityOf(bench, lanes, isQuick ? 0.2 : 2));
    const beside = await measureBeside(bench, {
      lanes,
      perSecond,
      neighbour,
      roundCount: isQuick ? 1 : 4,
      roundSeconds: isQuick ? 0.4 : 4,
    });
    const { settledCount, refusedCount } = beside.counts;
    // A pool that takes all there is is not flooded, and keeps no promise by that.
    const isFlooded = refusedCount > 0;
    return {
      comparisons: compareBeside(beside, isFlooded ? 'noisyP99' : undefined),
      findings: [
        { what: 'calls of the quiet tenants', unit: 'calls/s', value: perSecond },
        { what: 'jobs of the flood that ran', unit: 'jobs', value: settledCount },
        { what: 'jobs of the flood that were refused', unit: 'jobs', value: refusedCount },
      ],
      figures: [besideFigure(beside)],
      omitted: isFlooded ? [] : ['the target: the pool took all of the flood'],
    };
  },
};
