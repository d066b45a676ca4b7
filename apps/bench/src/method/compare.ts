import type { Lane } from '../lanes/lane.ts';
import type { Comparison, Series } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import type { TargetName } from '../targets.ts';
import { byTurns } from './by-turns.ts';
import { closedLoop } from './closed-loop.ts';
import { Latencies } from './latencies.ts';
import { type LoadResult, openLoop } from './open-loop.ts';
import { quantile, ratioOf, type Round } from './ratio.ts';

/** Two lanes that do the same. */
export interface Pair {
  readonly ours: Lane;
  readonly other: Lane;
}

/** How a pair is measured. */
export interface ComparePlan {
  /** Callers at once where throughput is measured. */
  readonly callerCount: number;
  /** Rounds of each measurement, and how long one side of a round takes. */
  readonly roundCount: number;
  readonly roundSeconds: number;
  /** Share of what the slower lane can do, for the open loop. */
  readonly loadShare: number;
  /** The promises that the three ratios are held to, where there are any. */
  readonly targets?: {
    readonly alone?: TargetName;
    readonly underLoad?: TargetName;
    readonly throughput?: TargetName;
  };
}

/** What came of it. */
export interface Compared {
  readonly comparisons: readonly Comparison[];
  /** Latency by percentile under the open load, a line for each lane. */
  readonly distributions: readonly Series[];
}

/**
 * Warms both lanes, then measures by turns what they can do at most, how long a call takes alone, and how long at a rate that both
 * can take.
 */
export async function compare(bench: Bench, pair: Pair, plan: ComparePlan): Promise<Compared> {
  const closed = async (lane: Lane, callerCount: number): Promise<LoadResult> => {
    const load = { callerCount, seconds: plan.roundSeconds, from: bench.book.next };
    return bench.book.take(await closedLoop(lane, load));
  };
  const saturate = async (lane: Lane): Promise<number> => {
    const { callCount, seconds } = await closed(lane, plan.callerCount);
    return callCount / seconds;
  };
  const alone = async (lane: Lane): Promise<number> =>
    (await closed(lane, 1)).latencies.percentile(50);
  for (const lane of [pair.other, pair.ours]) await saturate(lane);
  const throughput = await byTurns(pair, saturate, plan);
  const single = await byTurns(pair, alone, plan);
  const capacity = Math.min(...throughput.flatMap(({ ours, other }) => [ours, other]));
  const all = { ours: new Latencies(), other: new Latencies() };
  const underLoad = async (lane: Lane): Promise<number> => {
    const load = { perSecond: capacity * plan.loadShare, seconds: plan.roundSeconds };
    const from = bench.book.next;
    const { latencies } = bench.book.take(
      await openLoop(lane, { ...load, seed: bench.seed + from, from }),
    );
    all[lane === pair.ours ? 'ours' : 'other'].addAll(latencies);
    return latencies.percentile(50);
  };
  const loaded = await byTurns(pair, underLoad, plan);
  const { targets = {} } = plan;
  const what = `latency p50 at ${Math.round(plan.loadShare * 100)} % load`;
  return {
    comparisons: [
      comparison(pair, {
        what: 'latency p50 alone',
        unit: 'ms',
        loop: 'closed',
        rounds: single,
        target: targets.alone,
      }),
      comparison(pair, {
        what,
        unit: 'ms',
        loop: 'open',
        rounds: loaded,
        target: targets.underLoad,
      }),
      comparison(pair, {
        what: 'throughput',
        unit: 'calls/s',
        loop: 'closed',
        rounds: throughput,
        target: targets.throughput,
      }),
    ],
    distributions: [
      { name: pair.ours.name, points: all.ours.percentiles() },
      { name: pair.other.name, points: all.other.percentiles() },
    ],
  };
}

/** Rounds, and what they are rounds of. */
export interface Measured extends Pick<Comparison, 'what' | 'unit' | 'loop'> {
  readonly rounds: readonly Round[];
  readonly target?: TargetName | undefined;
}

/** Makes of rounds what the report shows. */
export function comparison(
  { ours, other }: { readonly ours: Named; readonly other: Named },
  { rounds, target, ...measured }: Measured,
): Comparison {
  const medianOf = (side: keyof Round): number =>
    quantile(
      rounds.map((round) => round[side]).toSorted((a, b) => a - b),
      0.5,
    );
  return {
    ...measured,
    ours: { name: ours.name, median: medianOf('ours') },
    other: { name: other.name, median: medianOf('other') },
    ratio: ratioOf(rounds),
    ...(target && { target }),
  };
}

interface Named {
  readonly name: string;
}
