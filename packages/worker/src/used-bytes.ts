import type { GuestIsolate } from '@waybill/sandbox';

/** How long a look at a heap may wait for the isolate's turns: a job that is done must not wait for its neighbour's. */
const lookLimitMs = 25;

/**
 * Heap of an isolate in use, in bytes; 0 where it is gone, which its state says to whoever wants it next.
 *
 * @param lastBytes - the answer where the isolate computes for too long to be asked
 */
export async function usedBytes(isolate: GuestIsolate, lastBytes: number): Promise<number> {
  const over = Promise.withResolvers<number>();
  const timer = setTimeout(over.resolve, lookLimitMs, lastBytes);
  const found = await Promise.race([isolate.usedBytes().catch(() => 0), over.promise]);
  clearTimeout(timer);
  return found;
}
