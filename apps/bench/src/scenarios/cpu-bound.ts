import { bareIsolateLane } from '../lanes/bare-isolate.ts';
import { computationOf, scramble } from '../lanes/computation.ts';
import { ourPoolLane } from '../lanes/our-pool.ts';
import { compare } from '../method/compare.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Scenario } from '../scenario.ts';

const computeMs = 20;
const callsPerThread = 2;

/** A guest that computes, in as many threads as there are cores, against the same in bare isolates. */
export const cpuBound: Scenario = {
  name: 'cpu-bound',
  asks: `What is left of the cores for guests that compute, ${computeMs} ms each?`,
  seconds: { full: 30, quick: 2 },
  async run(bench) {
    const threads = bench.cores;
    const exchange = computationOf(computeMs);
    const source = scramble.toString();
    await using other = bareIsolateLane(
      { how: 'warm', threads, callsPerThread, source: `(${source})` },
      exchange,
    );
    await using ours = await ourPoolLane({
      how: 'warm',
      options: { threads, containment: 'thread', attemptsPerThread: callsPerThread },
      source: `export default ${source}`,
      exchange,
    });
    const compared = await compare(
      bench,
      { ours, other },
      {
        callerCount: threads * callsPerThread,
        roundCount: bench.isQuick ? 1 : 5,
        roundSeconds: bench.isQuick ? 0.1 : 0.8,
        loadShare: 0.5,
      },
    );
    return {
      comparisons: compared.comparisons,
      findings: [],
      figures: [
        latencyFigure(`Latency of a job that computes for ${computeMs} ms`, compared.distributions),
      ],
      omitted: [],
    };
  },
};
