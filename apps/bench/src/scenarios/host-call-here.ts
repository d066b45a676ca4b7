import { openBareHostCalls } from '../lanes/bare-host-calls.ts';
import { openOurHostCalls } from '../lanes/our-host-calls.ts';
import { portEchoLane } from '../lanes/port-echo.ts';
import { processEchoLane } from '../lanes/process-echo.ts';
import { floorOf } from '../method/floor.ts';
import { compareHostCalls } from '../method/host-call-time.ts';
import type { Scenario } from '../scenario.ts';

const sides = ['here'] as const;

/** A guest that calls a host function of the submitting thread, against the bare call of the addon and a bare port behind it. */
export const hostCallHere: Scenario = {
  name: 'host-call-here',
  asks: 'What does a host call in the submitting thread, in the exact context of the submitter, cost over a bare Reference.apply and a bare message port?',
  seconds: { full: 28, quick: 2 },
  async run(bench) {
    const floors = [
      await floorOf(bench, await portEchoLane()),
      await floorOf(bench, await processEchoLane()),
    ];
    await using other = await openBareHostCalls(sides);
    await using ours = await openOurHostCalls(sides);
    const pair = { ours, other, target: 'ownHostCall' } as const;
    const compared = await compareHostCalls(bench, pair);
    return { comparisons: [compared], findings: floors, figures: [], omitted: [] };
  },
};
