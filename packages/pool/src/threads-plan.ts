import { availableParallelism } from 'node:os';
import type { PoolOptions } from './pool-options.ts';
import type { ThreadsPlan } from './threads.ts';

/** Isolates that may compute at once in one thread: together about as many as there are cores. */
function runningIsolates(threads: number): number {
  return Math.ceil(availableParallelism() / threads) + 1;
}

/** What the threads of each process are started with. */
export function threadsPlan(options: PoolOptions): ThreadsPlan {
  const { engine, realm, threads, attemptsPerThread, isolates, memoryBytes } = options;
  const { submitterFunctions, hostModuleUrl } = options;
  const runningIsolatesCount = runningIsolates(threads);
  return {
    threads,
    attemptsPerThread,
    options: {
      engine: engine === 'realm' ? { kind: engine, ...realm } : { kind: engine },
      isolates,
      memoryBytes,
      runningIsolates: runningIsolatesCount,
      submitterFunctions,
      hostModuleUrl,
    },
  };
}
