import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '@waybill/testkit';

/** What the thread of a pacer is told at its start. */
export interface PacerData {
  readonly seed: number;
  readonly perSecond: number;
  readonly seconds: number;
}

// The moments of arrivals are made here and not where the calls are made: a thread that is busy with calls cannot hold them up, and a
// call that had to wait for its turn counts with its wait.
const { seed, perSecond, seconds } = workerData as PacerData;
const random = seededRandom(seed);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const now = (): number => performance.timeOrigin + performance.now();

/** Time to the next arrival where arrivals know nothing of each other, in ms. */
const nextGapMs = (): number => (-Math.log(1 - random.next()) * 1_000) / perSecond;

const startMs = now();
for (let atMs = startMs; ;) {
  atMs += nextGapMs();
  if (atMs - startMs > seconds * 1_000) break;
  const leftMs = atMs - now();
  if (leftMs > 0) Atomics.wait(sleeper, 0, 0, leftMs);
  parentPort?.postMessage(now());
}
parentPort?.postMessage('end');
