import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Lane } from '../lanes/lane.ts';
import { Latencies } from './latencies.ts';
import type { PacerData } from './pacer-thread.ts';
import { sharedNowMs } from './shared-clock.ts';

const pacerUrl = new URL(`./pacer-thread${extname(import.meta.url)}`, import.meta.url);

/** A load whose calls come when they come, whether or not earlier ones were answered. */
export interface OpenLoad extends PacerData {
  /** Number of the first call. */
  readonly from: number;
}

/** What came of a load. */
export interface LoadResult {
  /** From the moment a call was due until its answer. */
  readonly latencies: Latencies;
  readonly callCount: number;
  /** What calls failed with; those that were answered wrongly are `WrongAnswer`. */
  readonly errors: readonly unknown[];
  readonly seconds: number;
}

/**
 * Calls a lane at a rate, at random moments that a thread of its own decides: a call that waits because this thread is busy, or because
 * the lane is, counts with its wait (no coordinated omission). Resolves when every call was answered.
 */
export async function openLoop(lane: Lane, { from, ...data }: OpenLoad): Promise<LoadResult> {
  const latencies = new Latencies();
  const errors: unknown[] = [];
  const calls = new Set<Promise<void>>();
  const startMs = performance.now();
  const pacer = new Worker(pacerUrl, { workerData: data satisfies PacerData });
  const make = async (number: number, dueMs: number): Promise<void> => {
    try {
      const answer = await lane.call(number);
      const tookMs = sharedNowMs() - dueMs;
      lane.check(number, answer);
      latencies.add(tookMs);
    } catch (error) {
      errors.push(error);
    }
  };
  let count = 0;
  pacer.on('message', (dueMs: number) => {
    const call = make(from + count++, dueMs);
    calls.add(call);
    void call.then(() => calls.delete(call));
  });
  await once(pacer, 'exit');
  await Promise.all(calls);
  const seconds = (performance.now() - startMs) / 1_000;
  return { latencies, callCount: count, errors, seconds };
}
