import { getHeapStatistics } from 'node:v8';

/** Between two looks that count, in ms: what a job left behind has had time to be collected. */
const betweenLooksMs = 1_000;

/** Looks in a row that must find too much in use. */
const enoughLooks = 3;

/** Tells when a thread whose guests share its heap keeps too much of it in use. */
export class HeapWatch {
  readonly #mostBytes: number;
  readonly #usedBytes: () => number;
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #overCount = 0;

  /**
   * @param mostBytes - heap that may stay in use
   * @param usedBytes - how much is
   */
  constructor(mostBytes: number, usedBytes: () => number = heapUsedBytes) {
    this.#mostBytes = mostBytes;
    this.#usedBytes = usedBytes;
  }

  /**
   * To be called whenever a job has ended.
   *
   * @param nowMs - an instant of `performance.now()`
   * @returns whether the thread is worn out
   */
  look(nowMs: number = performance.now()): boolean {
    if (nowMs - this.#lastLookMs < betweenLooksMs) return false;
    this.#lastLookMs = nowMs;
    this.#overCount = this.#usedBytes() > this.#mostBytes ? this.#overCount + 1 : 0;
    return this.#overCount >= enoughLooks;
  }
}

function heapUsedBytes(): number {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return heapBytes + externalBytes;
}
