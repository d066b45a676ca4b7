import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '@waybill/testkit';
import { sharedNowMs } from './shared-clock.ts';

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

// A sleep ends a little late by itself, which is no wait of the call. Later than this the thread was held up, and the call with it.
const sleepSlackMs = 0.2;

/** Time to the next arrival where arrivals know nothing of each other, in ms. */
const nextGapMs = (): number => (-Math.log(1 - random.next()) * 1_000) / perSecond;

const startMs = sharedNowMs();
// One arrival at least: no latency at all would say nothing.
for (let atMs = startMs, count = 0; ; count++) {
  atMs += nextGapMs();
  if (atMs - startMs > seconds * 1_000 && count > 0) break;
  const leftMs = atMs - sharedNowMs();
  if (leftMs > 0) Atomics.wait(sleeper, 0, 0, leftMs);
  const nowMs = sharedNowMs();
  parentPort?.postMessage(nowMs - atMs > sleepSlackMs ? atMs : nowMs, []);
}
