import type { Containment } from '@waybill/protocol';
import type { Lane } from '../lanes/lane.ts';
import { ourPoolLane } from '../lanes/our-pool.ts';
import { processEchoLane } from '../lanes/process-echo.ts';
import { compare } from '../method/compare.ts';
import { floorOf } from '../method/floor.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Scenario } from '../scenario.ts';

/** The same calls in a process of the pool's own, and in threads of the submitting one. */
export const containment: Scenario = {
  name: 'containment',
  asks: 'What does it cost that no guest can end or stop the submitting process?',
  seconds: { full: 33, quick: 2 },
  async run(bench) {
    const { threads, isQuick } = bench;
    const open = (name: Containment): Promise<Lane> =>
      ourPoolLane({ name, how: 'warm', options: { threads, containment: name } });
    const floor = await floorOf(bench, await processEchoLane());
    await using ours = await open('process');
    await using other = await open('thread');
    const compared = await compare(
      bench,
      { ours, other },
      {
        callerCount: 32,
        roundCount: isQuick ? 1 : 6,
        roundSeconds: isQuick ? 0.06 : 0.7,
        loadShare: 0.6,
        targets: {
          alone: 'processP50',
          underLoad: 'processP50',
          throughput: 'processThroughput',
        },
      },
    );
    return {
      comparisons: compared.comparisons,
      findings: [floor],
      figures: [
        latencyFigure('Latency of a warm call, by process and by thread', compared.distributions),
      ],
      omitted: [],
    };
  },
};
