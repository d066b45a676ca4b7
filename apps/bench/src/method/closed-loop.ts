import type { Lane } from '../lanes/lane.ts';
import { Latencies } from './latencies.ts';
import type { LoadResult } from './open-loop.ts';

/** A load whose callers each wait for their answer before they call again. */
export interface ClosedLoad {
  readonly callerCount: number;
  readonly seconds: number;
  /** Number of the first call. */
  readonly from: number;
}

/** A lane that is broken fails much faster than it would answer: so many errors tell enough, and are held. */
export const maxErrorCount = 1_000;

/**
 * Makes one call, and adds how long it took or what it failed with. To check the answer is no part of its latency. Never rejects.
 *
 * @param number - of the call
 */
export async function timeCall(
  lane: Lane,
  number: number,
  { latencies, errors }: { readonly latencies: Latencies; readonly errors: unknown[] },
): Promise<void> {
  try {
    const sentMs = performance.now();
    const answer = await lane.call(number);
    const tookMs = performance.now() - sentMs;
    lane.check(number, answer);
    latencies.add(tookMs);
  } catch (error) {
    errors.push(error);
  }
}

/**
 * Calls a lane as fast as it answers to so many callers: what it can do at most, and with one caller how long a call takes alone.
 * Each caller calls at least once. Ends early after 1,000 errors.
 */
export async function closedLoop(lane: Lane, load: ClosedLoad): Promise<LoadResult> {
  const latencies = new Latencies();
  const errors: unknown[] = [];
  let count = 0;
  const startMs = performance.now();
  const endMs = startMs + load.seconds * 1_000;
  const caller = async (): Promise<void> => {
    do await timeCall(lane, load.from + count++, { latencies, errors });
    while (performance.now() < endMs && errors.length < maxErrorCount);
  };
  await Promise.all(Array.from({ length: load.callerCount }, caller));
  return { latencies, callCount: count, errors, seconds: (performance.now() - startMs) / 1_000 };
}
