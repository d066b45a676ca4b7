/**
 * Waits for a promise, but not for ever and not for its success.
 *
 * @returns when it settles, or after `limitMs`
 */
export async function withinMs(limitMs: number, promise: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, limitMs);
  await Promise.race([Promise.allSettled([promise]), over.promise]);
  clearTimeout(timer);
}
