import type { TurnEnd } from '../engine/turn.ts';

const outOfMemory = 'Isolate was disposed during execution due to memory limit';

/**
 * Says what a rejected call into an isolate means.
 *
 * The addon throws an unhandled guest rejection out of whatever call it finds it in, and a guest can give such
 * an error any message. So a message is believed only where facts that no guest controls agree: the isolate is
 * gone, or the call took as long as its limit.
 */
export function classifyRejection(
  error: unknown,
  facts: { readonly isDisposed: boolean; readonly tookMs: number; readonly timeoutMs: number },
): TurnEnd {
  const message = error instanceof Error ? error.message : '';
  if (facts.isDisposed) return message === outOfMemory ? 'out-of-memory' : 'lost';
  const limitReached = facts.tookMs >= facts.timeoutMs - 1;
  if (limitReached && message === 'Script execution timed out.') return 'timed-out';
  return 'stray';
}
