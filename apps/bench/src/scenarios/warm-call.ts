import { bareIsolateLane } from '../lanes/bare-isolate.ts';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import { ourPoolLane } from '../lanes/our-pool.ts';
import { comparePeers } from '../method/compare-peers.ts';
import { compare } from '../method/compare.ts';
import { partOf } from '../method/part.ts';
import { openPeers } from '../peers/open-peers.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Scenario } from '../scenario.ts';

/** A deployed function that is called again and again, against one function in one isolate, and beside other systems. */
export const warmCall: Scenario = {
  name: 'warm-call',
  asks: 'What does a call of a deployed function cost over a bare isolate in a bare pool?',
  seconds: { full: 56, quick: 2 },
  async run(bench) {
    const { threads } = bench;
    const callerCount = threads * callsPerThread * 2;
    await using other = bareIsolateLane({ how: 'warm', threads, callsPerThread });
    await using ours = await ourPoolLane({
      how: 'warm',
      options: { threads, containment: 'thread', attemptsPerThread: callsPerThread },
    });
    const compared = await compare(
      partOf(bench, 0, 2),
      { ours, other },
      {
        callerCount,
        roundCount: bench.isQuick ? 1 : 5,
        roundSeconds: bench.isQuick ? 0.1 : 0.8,
        loadShare: 0.6,
        targets: { alone: 'warmP50', underLoad: 'warmP50', throughput: 'warmThroughput' },
      },
    );
    await using peers = await openPeers(bench, 'warm');
    const beside = await comparePeers(partOf(bench, 1, 2), {
      ours,
      what: 'warm call',
      peers: peers.lanes,
      callerCount,
    });
    return {
      comparisons: [...compared.comparisons, ...beside.comparisons],
      findings: [],
      figures: [latencyFigure('Latency of a warm call', compared.distributions), ...beside.figures],
      omitted: [...peers.omitted, ...beside.omitted],
    };
  },
};
