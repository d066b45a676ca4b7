import { openBareHostCalls } from '../lanes/bare-host-calls.ts';
import type { Lane } from '../lanes/lane.ts';
import { openOurHostCalls } from '../lanes/our-host-calls.ts';
import { byTurns } from '../method/by-turns.ts';
import { p50Of, throughputOf } from '../method/closed-measures.ts';
import { comparison } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import { warmUp } from '../method/warm-up.ts';
import type { Scenario } from '../scenario.ts';

const sides = ['inWorker', 'here'] as const;
const jobsAtOnce = 10;
const callsPerJob = 10;

/** Ten jobs at once in one isolate whose host calls, in both threads, mix: each has to see its own context every time. */
export const interleavedHostCalls: Scenario = {
  name: 'interleaved-host-calls',
  asks: 'Does each of ten jobs in one isolate keep its context while their host calls mix, and what do they cost then?',
  seconds: { full: 21, quick: 1 },
  async run(bench) {
    const { book, isQuick } = bench;
    await using bare = await openBareHostCalls(sides);
    await using our = await openOurHostCalls(sides);
    const lanes = { ours: our.laneOf(callsPerJob), other: bare.laneOf(callsPerJob) };
    const load = { callerCount: jobsAtOnce, seconds: isQuick ? 0.1 : 0.7 };
    const turns = (part: number) => turnsOf(partOf(bench, part, 2), isQuick ? 1 : 6, 'ten at once');
    const rateOf = (lane: Lane): Promise<number> => throughputOf(lane, book, load);
    await warmUp(bench, lanes, rateOf);
    const rates = await byTurns(lanes, rateOf, turns(0));
    const p50s = await byTurns(lanes, (lane) => p50Of(lane, book, load), turns(1));
    const loop = 'closed' as const;
    const jobs = `${jobsAtOnce} jobs of ${callsPerJob} host calls at once`;
    return {
      comparisons: [
        comparison(lanes, { what: `latency p50, ${jobs}`, unit: 'ms', loop, rounds: p50s }),
        comparison(lanes, { what: `throughput, ${jobs}`, unit: 'jobs/s', loop, rounds: rates }),
      ],
      findings: [
        {
          what: 'jobs whose host function saw a context that was not theirs',
          unit: 'jobs',
          value: book.checks().wrongCount,
          target: 'mismatches',
        },
      ],
      figures: [],
      omitted: [],
    };
  },
};
