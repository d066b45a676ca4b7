import { createOrchestrator, type Orchestrator } from '@waybill/orchestrator';
import { computationOf, scramble } from '../lanes/computation.ts';
import type { Lane } from '../lanes/lane.ts';
import { type OurJobs, ourLane } from '../lanes/our-pool.ts';
import { byTurns } from '../method/by-turns.ts';
import { throughputOf } from '../method/closed-measures.ts';
import { comparison } from '../method/compare.ts';
import { partOf, turnsOf } from '../method/part.ts';
import { warmUp } from '../method/warm-up.ts';
import type { Comparison, Figure, Series } from '../report/result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const computeMs = 5;

/** Callers for each thread where the most is asked for. */
const callersPerThread = 16;

const callerCounts = [1, 2, 4, 8, 16, 32, 64];

const warmJobs: OurJobs = { job: (number) => ({ function: 'echo', input: number }) };

/** What more threads, and more callers, give. */
export const scaling: Scenario = {
  name: 'scaling',
  asks: 'How much more does a pool do with more threads, and with more callers?',
  seconds: { full: 33, quick: 4 },
  async run(bench) {
    await using one = await open(1);
    const works = {
      'warm calls': warmJobs,
      [`calls that compute ${computeMs} ms`]: computingJobs(),
    };
    const comparisons: Comparison[] = [];
    const points = Object.keys(works).map((): [number, number][] => [[1, 1]]);
    const counts = threadCounts(bench.cores);
    for (const [index, threads] of counts.entries()) {
      await using many = await open(threads);
      for (const [place, [name, jobs]] of Object.entries(works).entries()) {
        const part = partOf(partOf(bench, index, counts.length + 1), place, points.length);
        const lanes = {
          ours: ourLane(many, { ...jobs, name: `${threads} threads` }),
          other: ourLane(one, { ...jobs, name: 'one thread' }),
        };
        const compared = await compareThreads(part, lanes, { threads, work: name });
        comparisons.push(compared);
        points[place]?.push([threads, compared.ratio.median]);
      }
    }
    const lines = Object.keys(works).map((name, place) => ({ name, points: points[place] ?? [] }));
    const callers = await overCallers(partOf(bench, counts.length, counts.length + 1));
    return {
      comparisons,
      findings: [],
      figures: [threadsFigure(lines), callersFigure(callers)],
      omitted: counts.length === 0 ? ['more threads than one: the machine has one core'] : [],
    };
  },
};

async function open(threads: number): Promise<Orchestrator> {
  const waybill = await createOrchestrator({ threads });
  await waybill.deploy({ name: 'echo', source: 'export default (input) => input' });
  await waybill.deploy({ name: 'computing', source: `export default ${scramble.toString()}` });
  return waybill;
}

function computingJobs(): OurJobs {
  const exchange = computationOf(computeMs);
  return {
    job: (number) => ({ function: 'computing', input: exchange.input(number) }),
    check: exchange.check,
  };
}

/** Two, four and so on, and all cores. */
function threadCounts(cores: number): readonly number[] {
  const powers = Array.from(
    { length: Math.floor(Math.log2(cores)) },
    (_, power) => 2 ** (power + 1),
  );
  return [...new Set([...powers, cores])].filter((threads) => threads > 1);
}

async function compareThreads(
  bench: Bench,
  lanes: { readonly ours: Lane; readonly other: Lane },
  { threads, work }: { readonly threads: number; readonly work: string },
): Promise<Comparison> {
  const load = { callerCount: threads * callersPerThread, seconds: bench.isQuick ? 0.05 : 0.8 };
  const measure = (lane: Lane): Promise<number> => throughputOf(lane, bench.book, load);
  await warmUp(bench, lanes, measure);
  const turns = turnsOf(bench, bench.isQuick ? 1 : 5, `${work}, ${threads} threads`);
  const rounds = await byTurns(lanes, measure, turns);
  return comparison(lanes, {
    what: `throughput, ${work}`,
    unit: 'calls/s',
    loop: 'closed',
    rounds,
  });
}

async function overCallers(bench: Bench): Promise<Series> {
  const { threads, isQuick, book } = bench;
  const seconds = isQuick ? 0.04 : 0.8;
  await using waybill = await open(threads);
  const lane = ourLane(waybill, warmJobs);
  await throughputOf(lane, book, { callerCount: 32, seconds });
  const points: [number, number][] = [];
  const counts = isQuick ? [1, 8, 64] : callerCounts;
  for (const [index, callerCount] of counts.entries()) {
    bench.signal.throwIfAborted();
    bench.progress(index / counts.length, `${callerCount} callers`);
    points.push([callerCount, await throughputOf(lane, book, { callerCount, seconds })]);
  }
  return { name: `warm calls, ${threads} ${threads === 1 ? 'thread' : 'threads'}`, points };
}

function threadsFigure(series: readonly Series[]): Figure {
  const counts = series[0]?.points.map(([threads]) => threads) ?? [];
  const even = counts.map((threads) => [threads, threads] as const);
  return {
    title: 'Throughput over threads',
    kind: 'lines',
    x: { label: 'threads', scale: 'linear' },
    y: { label: 'times that of one thread', scale: 'linear' },
    series: [...series, { name: 'as much for each as for the first', points: even }],
  };
}

function callersFigure(series: Series): Figure {
  return {
    title: 'Throughput over callers at once',
    kind: 'lines',
    x: { label: 'callers', scale: 'log' },
    y: { label: 'calls/s', scale: 'linear' },
    series: [series],
  };
}
