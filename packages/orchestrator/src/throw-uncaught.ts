/**
 * Throws an error where nobody catches it: what a callback of the application throws must neither stop the job that it
 * hears of nor go unseen.
 */
export function throwUncaught(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
