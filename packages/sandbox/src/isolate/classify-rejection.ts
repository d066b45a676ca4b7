/** How a call into an isolate ended. */
export type TurnEnd =
  /** It ran. */
  | 'done'
  /** It ran, and some guest code had left a rejected promise that nobody handled; whose, is not known. */
  | 'stray'
  /** It was cut off at its time limit. */
  | 'timed-out'
  /** The isolate hit its memory limit in this call and is gone. */
  | 'out-of-memory'
  /** The heap ran out in this call so badly that the engine gave up: the isolate is wedged. */
  | 'heap-broken'
  /** The isolate was gone already, or was disposed under it. */
  | 'lost';

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
