import { Piscina } from 'piscina';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import type { Lane } from '../lanes/lane.ts';
import { echoLane } from './echo-lane.ts';
import type { PeerOptions } from './peer.ts';

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
