import { openBareHostCalls } from '../lanes/bare-host-calls.ts';
import { openOurHostCalls } from '../lanes/our-host-calls.ts';
import { compareHostCalls } from '../method/host-call-time.ts';
import type { Scenario } from '../scenario.ts';

const sides = ['inWorker'] as const;

/** A guest that calls a host function of its thread, one call after the other, against the bare call of the addon. */
export const hostCallWorker: Scenario = {
  name: 'host-call-worker',
  asks: 'What does a host call in the worker, in the context of its job, cost over a bare Reference.apply?',
  seconds: { full: 24, quick: 1 },
  async run(bench) {
    await using other = await openBareHostCalls(sides);
    await using ours = await openOurHostCalls(sides);
    const compared = await compareHostCalls(bench, { ours, other, target: 'workerHostCall' });
    return { comparisons: [compared], findings: [], figures: [], omitted: [] };
  },
};
