import { bareIsolateLane } from '../lanes/bare-isolate.ts';
import { ourPoolLane } from '../lanes/our-pool.ts';
import { compare } from '../method/compare.ts';
import type { Scenario } from '../scenario.ts';

const callsPerThread = 8;

/** A deployed function that is called again and again, against one function in one isolate. */
export const warmCall: Scenario = {
  name: 'warm-call',
  asks: 'What does a call of a deployed function cost over a bare isolate in a bare pool?',
  seconds: { full: 45, quick: 6 },
  async run(bench) {
    const { threads } = bench;
    await using other = bareIsolateLane({ how: 'warm', threads, callsPerThread });
    await using ours = await ourPoolLane({
      how: 'warm',
      options: { threads, containment: 'thread' },
    });
    const compared = await compare(
      bench,
      { ours, other },
      {
        callerCount: threads * callsPerThread * 2,
        roundCount: bench.isQuick ? 2 : 6,
        roundSeconds: bench.isQuick ? 0.4 : 1,
        loadShare: 0.6,
        targets: { alone: 'warmP50', throughput: 'warmThroughput' },
      },
    );
    return {
      comparisons: compared.comparisons,
      findings: [],
      figures: [
        {
          title: 'Latency of a warm call',
          kind: 'lines',
          x: { label: 'percentile', scale: 'percentile' },
          y: { label: 'ms', scale: 'log' },
          series: compared.distributions,
        },
      ],
      omitted: [],
    };
  },
};
