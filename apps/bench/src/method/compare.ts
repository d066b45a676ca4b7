import type { Lane } from '../lanes/lane.ts';
import type { Comparison, Series } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import type { TargetName } from '../targets.ts';
import { byTurns, type Turns } from './by-turns.ts';
import { aloneP50, throughputOf } from './closed-measures.ts';
import { partOf, turnsOf } from './part.ts';
import { quantile, ratioOf, type Round } from './ratio.ts';
import { UnderLoad } from './under-load.ts';
import { warmUp } from './warm-up.ts';

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
  /** What sets these comparisons apart from others of the scenario: stands behind `latency p50 alone`. @defaultValue none */
  readonly label?: string;
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
 * Warms both lanes by turns, then measures by turns what they can do at most, how long a call takes alone, and how long at a rate that both
 * can take.
 *
 * @throws the reason of `bench.signal` between two rounds; Error when a lane answered no call at all
 */
export async function compare(bench: Bench, pair: Pair, plan: ComparePlan): Promise<Compared> {
  const { callerCount, roundCount, roundSeconds: seconds, loadShare, targets = {} } = plan;
  const { book } = bench;
  const turns = (part: number, doing: string): Turns =>
    turnsOf(partOf(bench, part, 3), roundCount, doing);
  const saturate = (lane: Lane): Promise<number> =>
    throughputOf(lane, book, { callerCount, seconds });
  await warmUp(bench, pair, saturate);
  const atMost = await byTurns(pair, saturate, turns(0, 'throughput'));
  const alone = await byTurns(
    pair,
    (lane) => aloneP50(lane, book, seconds),
    turns(1, 'latency alone'),
  );
  const capacity = Math.min(...atMost.flatMap(({ ours, other }) => [ours, other]));
  const load = new UnderLoad(bench, { perSecond: capacity * loadShare, seconds });
  const loaded = await byTurns(
    pair,
    (lane, round) => load.p50(lane, round),
    turns(2, 'latency under load'),
  );
  const rate = `${Math.round(loadShare * 100)} % load`;
  const measured: readonly Measured[] = [
    { ...closedMs, what: 'latency p50 alone', rounds: alone, target: targets.alone },
    { ...openMs, what: `latency p50 at ${rate}`, rounds: loaded, target: targets.underLoad },
    { ...closedRate, what: 'throughput', rounds: atMost, target: targets.throughput },
  ];
  const label = plan.label ? `, ${plan.label}` : '';
  return {
    comparisons: measured.map((one) => comparison(pair, { ...one, what: one.what + label })),
    distributions: [load.seriesOf(pair.ours), load.seriesOf(pair.other)],
  };
}

const closedMs = { unit: 'ms', loop: 'closed' } as const;
const openMs = { unit: 'ms', loop: 'open' } as const;
const closedRate = { unit: 'calls/s', loop: 'closed' } as const;

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
    rounds,
    ...(target && { target }),
  };
}

interface Named {
  readonly name: string;
}
