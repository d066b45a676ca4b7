import { openBareHostCalls } from '../lanes/bare-host-calls.ts';
import { openOurHostCalls } from '../lanes/our-host-calls.ts';
import { byTurns } from '../method/by-turns.ts';
import { p50Of, throughputOf } from '../method/closed-measures.ts';
import { comparison } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import type { Scenario } from '../scenario.ts';

const sides = ['inWorker', 'here'] as const;
const jobsAtOnce = 10;
const callsPerJob = 10;

/** Ten jobs at once in one isolate whose host calls, in both threads, mix: each has to see its own context every time. */
export const interleavedHostCalls: Scenario = {
  name: 'interleaved-host-calls',
  asks: 'Does each of ten jobs in one isolate keep its context while their host calls mix, and what do they cost then?',
  seconds: { full: 20, quick: 3 },
  async run(bench) {
    const { book, isQuick } = bench;
    await using bare = await openBareHostCalls(sides);
    await using our = await openOurHostCalls(sides);
    const lanes = { ours: our.laneOf(callsPerJob), other: bare.laneOf(callsPerJob) };
    const load = { callerCount: jobsAtOnce, seconds: isQuick ? 0.2 : 0.7 };
    const turns = (part: number) => turnsOf(partOf(bench, part, 2), isQuick ? 2 : 6, 'ten at once');
    for (const lane of [lanes.other, lanes.ours]) await throughputOf(lane, book, load);
    const rates = await byTurns(lanes, (lane) => throughputOf(lane, book, load), turns(0));
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
