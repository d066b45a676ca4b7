import { type Context, Script, constants, createContext } from 'node:vm';
import { kitFilename } from '../kit/kit-source.ts';

/** Runs nothing, and with it the microtask queue of the context it is run in. */
const emptyScript = new Script(';', { filename: kitFilename });

/**
 * Runs the microtasks of a context, and those that they leave, until there are none.
 *
 * @param limitMs - how long they may run; `Infinity`: no limit, at a hundredth of the cost
 * @throws Node's `ERR_SCRIPT_EXECUTION_TIMEOUT` where they ran longer; what was left is lost then
 */
export function drainContext(context: Context, limitMs: number = Number.POSITIVE_INFINITY): void {
  const hasLimit = limitMs !== Number.POSITIVE_INFINITY;
  emptyScript.runInContext(context, hasLimit ? { timeout: limitMs } : {});
}

/** Whether an error says that a drain was cut off at its limit. */
export function isDrainTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/** Measures what the limit of a drain costs at least, in ms: Node starts a thread that watches over it. */
export function drainLimitCostMs(): number {
  const context = createContext(constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate' });
  const costs = Array.from({ length: 8 }, () => {
    const startedMs = performance.now();
    drainContext(context, 1_000);
    return performance.now() - startedMs;
  });
  return Math.min(...costs);
}
