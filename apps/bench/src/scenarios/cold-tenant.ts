import { createOrchestrator } from '@waybill/orchestrator';
import { bareIsolateLane } from '../lanes/bare-isolate.ts';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import type { Lane } from '../lanes/lane.ts';
import { ourLane } from '../lanes/our-pool.ts';
import { p50Of } from '../method/closed-measures.ts';
import { compare, comparison } from '../method/compare.ts';
import { Latencies } from '../method/latencies.ts';
import { partOf, turnsOf } from '../method/part.ts';
import type { Round } from '../method/ratio.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Bench, Scenario } from '../scenario.ts';

const source = 'export default (input) => input';

/** The first job of a tenant that nobody saw before: it has an isolate of its own, which was not there. */
export const coldTenant: Scenario = {
  name: 'cold-tenant',
  asks: 'How long does the first job of a new tenant take, against its second, and against an isolate made by hand?',
  seconds: { full: 28, quick: 2 },
  async run(bench) {
    const { threads, isQuick } = bench;
    await using other = bareIsolateLane({ how: 'cold', threads, callsPerThread });
    await using waybill = await createOrchestrator({
      threads,
      containment: 'thread',
      attemptsPerThread: callsPerThread,
    });
    const ours = ourLane(waybill, {
      name: 'ours, first job of a tenant',
      job: (number) => ({ tenant: `tenant-${number}`, source, input: number }),
    });
    const compared = await compare(
      partOf(bench, 0, 2),
      { ours, other },
      {
        callerCount: threads * callsPerThread,
        roundCount: isQuick ? 1 : 5,
        roundSeconds: isQuick ? 0.06 : 0.6,
        loadShare: 0.5,
      },
    );
    const rounds = await firstAndSecond(partOf(bench, 1, 2), ours);
    return {
      comparisons: [
        ...compared.comparisons,
        comparison(
          { ours, other: { name: 'ours, its second job' } },
          { what: 'latency p50 alone, first and second', unit: 'ms', loop: 'closed', rounds },
        ),
      ],
      findings: [],
      figures: [latencyFigure('Latency of the first job of a tenant', compared.distributions)],
      omitted: [],
    };
  },
};

/** Calls a lane twice for each tenant, one call after the other: `ours` is the first, `other` the second. */
async function firstAndSecond(bench: Bench, lane: Lane): Promise<readonly Round[]> {
  const roundCount = bench.isQuick ? 1 : 5;
  const { onRound } = turnsOf(bench, roundCount, 'first and second jobs');
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    onRound?.(round);
    const first = new Latencies();
    const second = new Latencies();
    const twice: Lane = {
      ...lane,
      async call(number) {
        const startMs = performance.now();
        const answer = await lane.call(number);
        const tookMs = performance.now() - startMs;
        lane.check(number, answer);
        bench.book.count();
        const againMs = performance.now();
        const again = await lane.call(number);
        first.add(tookMs);
        second.add(performance.now() - againMs);
        return again;
      },
    };
    await p50Of(twice, bench.book, { callerCount: 1, seconds: bench.isQuick ? 0.1 : 1 });
    rounds.push({ ours: first.percentile(50), other: second.percentile(50) });
  }
  return rounds;
}
