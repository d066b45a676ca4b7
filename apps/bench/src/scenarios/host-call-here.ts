import { openBareHostCalls } from '../lanes/bare-host-calls.ts';
import type { Lane } from '../lanes/lane.ts';
import { openOurHostCalls } from '../lanes/our-host-calls.ts';
import { portEchoLane } from '../lanes/port-echo.ts';
import { processEchoLane } from '../lanes/process-echo.ts';
import { aloneP50 } from '../method/closed-measures.ts';
import { compareHostCalls } from '../method/host-call-time.ts';
import type { Finding } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const sides = ['here'] as const;

/** A guest that calls a host function of the submitting thread, against the bare call of the addon and a bare port behind it. */
export const hostCallHere: Scenario = {
  name: 'host-call-here',
  asks: 'What does a host call in the submitting thread, in the exact context of the submitter, cost over a bare Reference.apply and a bare message port?',
  seconds: { full: 27, quick: 4 },
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

/** Measures what a border costs with nothing else behind it. */
async function floorOf(bench: Bench, opened: Lane): Promise<Finding> {
  await using lane = opened;
  bench.signal.throwIfAborted();
  bench.progress(0, lane.name);
  const seconds = bench.isQuick ? 0.2 : 1;
  await aloneP50(lane, bench.book, seconds / 2);
  const ms = await aloneP50(lane, bench.book, seconds);
  return { what: `${lane.name}, one round trip alone, p50`, unit: 'µs', value: ms * 1_000 };
}
