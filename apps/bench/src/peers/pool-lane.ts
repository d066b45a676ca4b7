import { Piscina } from 'piscina';
import type { Lane } from '../lanes/lane.ts';
import { echoLane } from './echo-lane.ts';
import type { PeerOptions } from './peer.ts';

/** Calls that one thread is given at once, as many as the bare isolate is given. */
export const callsPerThread = 8;

/** A peer that runs in threads of ours. */
export interface PoolLaneOptions extends PeerOptions {
  readonly name: string;
  /** A file that exports `warm` and `fresh`. */
  readonly filename: URL;
}

/** Makes a pool of threads, bare, that call what stands in a file. */
export function poolLane({ name, filename, how, threads }: PoolLaneOptions): Lane {
  const pool = new Piscina({
    filename: filename.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: callsPerThread,
    atomics: 'disabled',
  });
  return echoLane({
    name,
    answer: (input) => pool.run(input, { name: how }),
    dispose: () => pool.destroy(),
  });
}
