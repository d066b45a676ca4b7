/**
 * Waits for a promise, but not for ever.
 *
 * @returns what the promise gives, or `otherwise` where it rejects or takes longer than `limitMs`
 */
export async function withinMs<T>(limitMs: number, promise: Promise<T>, otherwise: T): Promise<T> {
  const overdue = Promise.withResolvers<T>();
  const timer = setTimeout(() => overdue.resolve(otherwise), limitMs);
  try {
    return await Promise.race([promise.catch(() => otherwise), overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
