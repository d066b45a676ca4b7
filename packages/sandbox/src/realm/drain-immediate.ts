import type { AsyncResource } from 'node:async_hooks';
import { setMendedImmediate } from './mend-async-ids.ts';

/** What is done in one turn of the event loop. */
export interface DrainTurn {
  /** Drains. @returns whether a guest was cut off */
  readonly drain: () => boolean;
  /** Told when what the drain has set off in the host, handlers of rejections included, is through. */
  readonly ended: () => void;
}

/**
 * Has a drain done at the end of this turn of the event loop. There the stack is empty, and so no drain can run one guest's
 * microtasks in the midst of another guest's statement.
 *
 * @param resource - what a drain starts must not see the stores of whoever happened to cause it, but those of this
 * @returns takes it back
 */
export function setDrainImmediate(
  resource: AsyncResource,
  { drain, ended }: DrainTurn,
): () => void {
  // Node runs all immediates that are set by now one after the other, and between two of them their microtasks and the
  // handlers of rejections.
  const immediates = resource.runInAsyncScope(() => [
    setMendedImmediate(drain),
    setImmediate(ended),
  ]);
  return () => {
    for (const immediate of immediates) clearImmediate(immediate);
  };
}
