import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects garbage and gives the bytes that this thread's heap still uses.
 *
 * Needs no command line flag. Compare two values with a margin: the collector keeps some slack.
 */
export function heapAfterGc(): number {
  if (!collect) {
    // A context made after the flag is set has a `gc` global; the running one does not get it.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
  return process.memoryUsage().heapUsed;
}
