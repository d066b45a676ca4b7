import type { Lane } from '../lanes/lane.ts';
import { byTurns } from '../method/by-turns.ts';
import { answered } from '../method/closed-measures.ts';
import { closedLoop } from '../method/closed-loop.ts';
import { comparison } from '../method/compare.ts';
import { Latencies } from '../method/latencies.ts';
import { openLoop } from '../method/open-loop.ts';
import { turnsOf } from '../method/part.ts';
import type { Round } from '../method/ratio.ts';
import type { Comparison, Figure, Series } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import type { TargetName } from '../targets.ts';
import type { Neighbour, NeighbourCounts } from './neighbour.ts';

/** What is measured. */
export interface BesidePlan {
  /** One for each quiet tenant. */
  readonly lanes: readonly Lane[];
  /** Calls of all quiet tenants together. */
  readonly perSecond: number;
  readonly neighbour: Neighbour;
  readonly roundCount: number;
  /** How long one side of a round takes. */
  readonly roundSeconds: number;
}

/** What came of it: rounds of the quiet tenants beside the neighbour (`ours`) and alone (`other`). */
export interface Beside {
  readonly neighbour: string;
  /** In ms. */
  readonly p50: readonly Round[];
  readonly p99: readonly Round[];
  /** Of the neighbour, in all rounds. */
  readonly counts: NeighbourCounts;
  /** For each tenant, beside the neighbour and alone. */
  readonly series: readonly Series[];
}

const callerCount = 32;

/** Gives how many calls a second some lanes can take together, at most. */
export async function capacityOf(
  { book }: Bench,
  lanes: readonly Lane[],
  seconds: number,
): Promise<number> {
  const load = { callerCount: Math.ceil(callerCount / lanes.length), seconds, from: book.next };
  const results = await Promise.all(lanes.map((lane) => closedLoop(lane, load)));
  return lanes
    .map((lane, index) => ({ lane, result: results[index] }))
    .reduce((sum, { lane, result }) => {
      if (!result) return sum;
      return sum + answered(lane, book.take(result)).count / result.seconds;
    }, 0);
}

/** Measures by turns how long calls of quiet tenants take at a low open load, alone and beside a neighbour. */
export async function measureBeside(bench: Bench, plan: BesidePlan): Promise<Beside> {
  const { neighbour, roundCount } = plan;
  const tenants = plan.lanes.map((lane) => new QuietTenant(lane));
  const all: Record<Side, Latencies[]> = { beside: [], alone: [] };
  const counts = { settledCount: 0, refusedCount: 0 };
  const load = async (side: Side, round: number): Promise<Latencies> => {
    const latencies = await Promise.all(
      tenants.map((each, index) => {
        const perSecond = plan.perSecond / tenants.length;
        // Both sides of a round have their calls at the same moments, and no two tenants have.
        const seed = bench.seed + round * tenants.length + index;
        return each.load(bench, side, { perSecond, seconds: plan.roundSeconds, seed });
      }),
    );
    const together = new Latencies();
    for (const each of latencies) together.addAll(each);
    all[side].push(together);
    return together;
  };
  const p99 = await byTurns(
    { ours: 'beside', other: 'alone' } as const,
    async (side, round) => {
      const stop = side === 'beside' ? neighbour.start(bench.book) : undefined;
      const latencies = await load(side, round);
      const { settledCount = 0, refusedCount = 0 } = (await stop?.()) ?? {};
      counts.settledCount += settledCount;
      counts.refusedCount += refusedCount;
      return latencies.percentile(99);
    },
    turnsOf(bench, roundCount, `beside ${neighbour.name}`),
  );
  const p50 = all.beside.map((beside, round) => ({
    ours: beside.percentile(50),
    other: all.alone[round]?.percentile(50) ?? NaN,
  }));
  const series = tenants.flatMap((each) => each.series(neighbour.name));
  return { neighbour: neighbour.name, p50, p99, counts, series };
}

/** What the report shows of it. */
export function compareBeside(
  { neighbour, p50, p99 }: Beside,
  target?: TargetName,
): readonly Comparison[] {
  const sides = { ours: { name: `beside ${neighbour}` }, other: { name: 'alone' } };
  const measured = { unit: 'ms', loop: 'open' } as const;
  return [
    comparison(sides, { ...measured, what: 'latency p99', rounds: p99, target }),
    comparison(sides, { ...measured, what: 'latency p50', rounds: p50 }),
  ];
}

/** A chart of what {@link measureBeside} found for each tenant. */
export function besideFigure({ neighbour, series }: Beside): Figure {
  return {
    title: `Latency of each quiet tenant, alone and beside ${neighbour}`,
    kind: 'bars',
    x: { label: 'percentile', scale: 'linear' },
    y: { label: 'ms', scale: 'log' },
    series,
  };
}

type Side = 'beside' | 'alone';

class QuietTenant {
  readonly #lane: Lane;
  readonly #latencies: Readonly<Record<Side, Latencies>> = {
    beside: new Latencies(),
    alone: new Latencies(),
  };

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  async load(
    { book }: Bench,
    side: Side,
    load: { readonly perSecond: number; readonly seconds: number; readonly seed: number },
  ): Promise<Latencies> {
    const result = book.take(await openLoop(this.#lane, { ...load, from: book.next }));
    const latencies = answered(this.#lane, result);
    this.#latencies[side].addAll(latencies);
    return latencies;
  }

  series(neighbour: string): readonly Series[] {
    const { alone, beside } = this.#latencies;
    const { name } = this.#lane;
    return [
      { name: `${name}, alone`, points: ends(alone) },
      { name: `${name}, beside ${neighbour}`, points: ends(beside) },
    ];
  }
}

function ends(latencies: Latencies): readonly (readonly [number, number])[] {
  return [50, 99].map((percentile) => [percentile, latencies.percentile(percentile)] as const);
}
