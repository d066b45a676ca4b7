import type { Lane } from '../lanes/lane.ts';
import type { CallBook } from './call-book.ts';
import { type ClosedLoad, closedLoop } from './closed-loop.ts';
import type { Latencies } from './latencies.ts';
import type { LoadResult } from './open-loop.ts';

type Load = Omit<ClosedLoad, 'from'>;

/** Gives the calls a second that were answered to so many callers. */
export async function throughputOf(lane: Lane, book: CallBook, load: Load): Promise<number> {
  const result = book.take(await closedLoop(lane, { ...load, from: book.next }));
  return answered(lane, result).count / result.seconds;
}

/** Gives the median latency in ms of so many callers. */
export async function p50Of(lane: Lane, book: CallBook, load: Load): Promise<number> {
  const result = book.take(await closedLoop(lane, { ...load, from: book.next }));
  return answered(lane, result).percentile(50);
}

/** Gives the median latency in ms with one caller: how long a call takes with nothing beside it. */
export function aloneP50(lane: Lane, book: CallBook, seconds: number): Promise<number> {
  return p50Of(lane, book, { callerCount: 1, seconds });
}

/**
 * Gives the latencies of a load.
 *
 * @throws Error when no call was answered: there is no number then, and 0 would look like a good one
 */
export function answered(lane: Lane, { latencies, errors }: LoadResult): Latencies {
  if (latencies.count > 0) return latencies;
  const [cause] = errors;
  throw new Error(`${lane.name} answered no call: ${String(cause)}`, { cause });
}
