import type { Lane } from '../lanes/lane.ts';
import type { Comparison, Figure, Side } from '../report/result.ts';
import type { Bench } from '../scenario.ts';
import { byTurns } from './by-turns.ts';
import { CallBook } from './call-book.ts';
import { aloneP50, throughputOf } from './closed-measures.ts';
import { comparison } from './compare.ts';
import { partOf, turnsOf } from './part.ts';
import { quantile } from './ratio.ts';
import { warmUp } from './warm-up.ts';

/** Our lane, and the others that it is shown beside. */
export interface PeerPlan {
  readonly ours: Lane;
  /** What all of them do: `warm call`. */
  readonly what: string;
  readonly peers: readonly Lane[];
  /** Callers at once where throughput is measured. */
  readonly callerCount: number;
}

/** What came of it. */
export interface PeersCompared {
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  /** A line for each peer that answered wrongly or not at all: it is not compared then. */
  readonly omitted: readonly string[];
}

/** Measures our lane by turns with each peer: what it can do at most, and how long a call takes alone. */
export async function comparePeers(bench: Bench, plan: PeerPlan): Promise<PeersCompared> {
  const comparisons: Comparison[] = [];
  const omitted: string[] = [];
  for (const [index, peer] of plan.peers.entries()) {
    const compared = await comparePeer(partOf(bench, index, plan.peers.length), peer, plan);
    if (typeof compared === 'string') omitted.push(compared);
    else comparisons.push(...compared);
  }
  const barsOf = (unit: string, title: string, callers: number): Figure => ({
    title: `${title} of a ${plan.what}, beside others`,
    kind: 'bars',
    x: { label: 'callers at once', scale: 'linear' },
    y: { label: unit, scale: 'log' },
    series: sidesOf(comparisons.filter((one) => one.unit === unit)).map(({ name, median }) => ({
      name,
      points: [[callers, median]],
    })),
  });
  const bars = [
    barsOf('calls/s', 'Throughput', plan.callerCount),
    barsOf('ms', 'Median latency', 1),
  ];
  return { comparisons, omitted, figures: comparisons.length > 0 ? bars : [] };
}

/** @returns comparisons, or the line that says why there is none */
async function comparePeer(
  bench: Bench,
  peer: Lane,
  { ours, callerCount }: PeerPlan,
): Promise<readonly Comparison[] | string> {
  // What a peer does wrong is not held against the pool.
  const book = new CallBook();
  const bookOf = (lane: Lane): CallBook => (lane === ours ? bench.book : book);
  const sides = { ours, other: peer };
  const seconds = 0.25;
  const turns = turnsOf(bench, 3, peer.name);
  const measured: Comparison[] = [];
  try {
    const saturate = (lane: Lane): Promise<number> =>
      throughputOf(lane, bookOf(lane), { callerCount, seconds });
    await warmUp(bench, sides, saturate);
    const atMost = await byTurns(sides, saturate, turns);
    const alone = await byTurns(sides, (lane) => aloneP50(lane, bookOf(lane), seconds), turns);
    const loop = 'closed' as const;
    measured.push(
      comparison(sides, { what: 'latency p50 alone', unit: 'ms', loop, rounds: alone }),
      comparison(sides, { what: 'throughput', unit: 'calls/s', loop, rounds: atMost }),
    );
  } catch (error) {
    // Ours, or the end of the run: not this peer's.
    if (book.checks().failedCount + book.checks().wrongCount === 0) throw error;
  }
  const { callCount, wrongCount, failedCount, examples } = book.checks();
  if (wrongCount + failedCount === 0) return measured;
  const counted = `${wrongCount} of ${callCount} calls answered wrongly, ${failedCount} failed`;
  return `${peer.name}: ${counted}: ${examples[0]}`;
}

/** Ours, by the middle of what was measured beside each of the others, then these. */
function sidesOf(comparisons: readonly Comparison[]): readonly Side[] {
  const [first] = comparisons;
  if (!first) return [];
  const medians = comparisons.map(({ ours }) => ours.median).toSorted((a, b) => a - b);
  return [
    { name: first.ours.name, median: quantile(medians, 0.5) },
    ...comparisons.map(({ other }) => other),
  ];
}
