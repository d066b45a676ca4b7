import { setFlagsFromString } from 'node:v8';

/**
 * With loop unrolling, V8's optimising compiler drops the stack check of some innocent loops
 * (`for (;;) new Array(500)`): nothing can interrupt them then, no time limit and no dispose. Measured on V8 13.6
 * and 14.6; the flag costs nothing that a mixed benchmark shows.
 */
export const neededFlag: string = '--no-turboshaft-loop-unrolling';

/**
 * Sets the V8 flags that isolates, and turns with a time limit in realms, need. Isolates made before are not reached, so it
 * comes before the first thread.
 */
export function setEngineFlags(): void {
  setFlagsFromString(neededFlag);
}

/**
 * Has each thread that is started from now on get the heap that it asks for: `--max-old-space-size`, given to Node.js for
 * the heap of a main thread, goes before what threads ask for otherwise.
 */
export function freeThreadHeaps(): void {
  setFlagsFromString('--max-old-space-size=0');
}
