import type { Logger } from 'pino';

/**
 * Gives what made something fail to start, and writes to the log what failed when it was cleaned up after: of all, the first is the
 * one that tells its reader what to do.
 */
export function firstFailure(error: unknown, log: Pick<Logger, 'error'>): unknown {
  const [first, ...later] = inOrder(error);
  for (const err of later) log.error({ err }, 'something could not be closed after that');
  return first;
}

function inOrder(error: unknown): readonly unknown[] {
  if (!(error instanceof SuppressedError)) return [error];
  return [...inOrder(error.suppressed), ...inOrder(error.error)];
}
