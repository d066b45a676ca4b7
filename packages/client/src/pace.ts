/** Time and chance: passed in, so that tests need not wait for them. */
export interface Pace {
  /** In ms, from any beginning. */
  now(): number;
  /** From 0 to less than 1. */
  random(): number;
  /** Waits; rejects with the signal's reason as soon as it aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock and the chance of the machine. */
export const realPace: Pace = {
  now: () => performance.now(),
  random: Math.random,
  wait: async (ms, signal) => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal.reason as Error);
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  },
};

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/**
 * How long to wait after so many failures in a row: twice as long each time, between half and all of it by chance, so that
 * callers that failed together do not come back together.
 *
 * @param failureCount - from 1
 * @returns at most 5_000 ms
 */
export function backoffMs(failureCount: number, pace: Pace): number {
  const fullMs = Math.min(firstWaitMs * 2 ** (failureCount - 1), longestWaitMs);
  return fullMs * (0.5 + pace.random() / 2);
}
