// Host functions of the pool's tests, as an operator would write them.
import { getHeapStatistics } from 'node:v8';

/** Throws outside of any host call, a moment after it was called. */
export function throwLater(): Promise<never> {
  setImmediate(() => {
    throw new Error('thrown outside of any host call');
  });
  return new Promise(() => {});
}

/** Leaves a rejection that nobody handles. */
export function rejectLater(): Promise<never> {
  void Promise.reject(new Error('rejected and not handled'));
  return new Promise(() => {});
}

/** What a library may do where it finds that it cannot go on. */
export function exit(): void {
  process.exit(7);
}

/** Blocks the whole thread, until it is terminated. */
export function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const hoarded: Buffer[] = [];

/** Takes more memory than a pool process of a test may, and keeps it. */
export function hoard(): Promise<never> {
  hoarded.push(Buffer.alloc(2 ** 30, 1));
  return new Promise(() => {});
}

const kept: object[] = [];

/** Uses the heap of the thread up, while no guest computes. */
export function exhaust(): Promise<never> {
  setImmediate(() => {
    // As the guests of `realm-threads.test.ts` do.
    for (;;) kept.push({ text: ('x'.repeat(2 ** 20) + kept.length).toUpperCase() });
  });
  return new Promise(() => {});
}

/** Keeps as much of the heap of the thread, about, for good. */
export function keep(bytes: number): void {
  const untilBytes = getHeapStatistics().used_heap_size + bytes;
  while (getHeapStatistics().used_heap_size < untilBytes) {
    kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  }
}

/** How large the heap of the thread may become, in bytes. */
export function heapLimitBytes(): number {
  return getHeapStatistics().heap_size_limit;
}
