import { setImmediate } from 'node:timers/promises';

/** How long {@link until} waits and what it says when the wait was in vain. */
export interface UntilOptions {
  /** Upper bound of the wait in milliseconds. @defaultValue 5000 */
  readonly limitMs?: number;
  /** Describes what is still missing; called once, at the limit. */
  readonly describe?: () => string;
}

/**
 * Resolves as soon as `condition` holds.
 *
 * The condition is tried now and after each turn of the event loop, so a test waits for exactly as long as it must.
 *
 * @throws Error when the condition does not hold within `limitMs`; what `condition` throws goes through.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  options: UntilOptions = {},
): Promise<void> {
  const { limitMs = 5_000, describe } = options;
  const startMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startMs > limitMs) {
      const missing = describe?.() ?? String(condition);
      throw new Error(`Still not so after ${limitMs} ms: ${missing}`);
    }
    await setImmediate();
  }
}
