import type { Lane } from '../lanes/lane.ts';
import type { Turns } from './by-turns.ts';
import type { CallBook } from './call-book.ts';
import { maxErrorCount, timeCall } from './closed-loop.ts';
import { answered } from './closed-measures.ts';
import { Latencies } from './latencies.ts';
import type { LoadResult } from './open-loop.ts';
import type { Round } from './ratio.ts';

/** Two lanes that answer so fast that many of their calls fit in a round. */
interface Lanes {
  readonly ours: Lane;
  readonly other: Lane;
}

/** Rounds of calls that wait for each other. */
export interface CallByCall extends Turns {
  readonly book: CallBook;
  /** How long a round takes, both sides together. */
  readonly seconds: number;
}

/**
 * Measures the median latencies in ms of two lanes whose calls alternate, every second pair in the other order, and both of a pair
 * with the same number. For ratios of a few percent: a machine changes by more than that from one tenth of a second to the next.
 *
 * @throws Error when a lane answered no call in a round
 */
export async function callByCall(
  lanes: Lanes,
  { roundCount, onRound, book, seconds }: CallByCall,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    onRound?.(round);
    const { ours, other } = await alternate(lanes, { from: book.next, seconds });
    book.take(ours);
    book.take(other);
    rounds.push({
      ours: answered(lanes.ours, ours).percentile(50),
      other: answered(lanes.other, other).percentile(50),
    });
  }
  return rounds;
}

async function alternate(
  lanes: Lanes,
  { from, seconds }: { readonly from: number; readonly seconds: number },
): Promise<{ ours: LoadResult; other: LoadResult }> {
  const ours = { latencies: new Latencies(), errors: [] as unknown[] };
  const other = { latencies: new Latencies(), errors: [] as unknown[] };
  const startMs = performance.now();
  const passedSeconds = (): number => (performance.now() - startMs) / 1_000;
  let callCount = 0;
  do {
    const number = from + callCount++;
    if (callCount % 2 === 0) await timeCall(lanes.ours, number, ours);
    await timeCall(lanes.other, number, other);
    if (callCount % 2 === 1) await timeCall(lanes.ours, number, ours);
  } while (passedSeconds() < seconds && ours.errors.length + other.errors.length < maxErrorCount);
  const rest = { callCount, seconds: passedSeconds() };
  return { ours: { ...ours, ...rest }, other: { ...other, ...rest } };
}
