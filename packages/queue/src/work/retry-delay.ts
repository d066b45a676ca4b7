import type { RetryPolicy } from '@waybill/protocol';

/**
 * Gives how long a job waits for its next attempt, in ms.
 *
 * @param failureCount - attempts that failed, this one included, from 1
 * @param random - gives a number from 0 up to, but not including, 1
 */
export function retryDelayMs(
  { delaySeconds, backoff, maxDelaySeconds }: RetryPolicy,
  failureCount: number,
  random: () => number,
): number {
  if (backoff === 'fixed') return Math.min(delaySeconds, maxDelaySeconds) * 1_000;
  const fullSeconds = Math.min(delaySeconds * 2 ** (failureCount - 1), maxDelaySeconds);
  return (fullSeconds / 2) * (1 + random()) * 1_000;
}
