import { availableParallelism } from 'node:os';
import { ContextSnapshot } from '@waybill/context';
import { setEngineFlags } from './engine-flags.ts';
import { PiscinaThreads } from './piscina-threads.ts';
import type { Pool } from './pool.ts';
import type { PoolOptions } from './pool-options.ts';
import { Roster } from './roster.ts';
import { ThreadPool } from './thread-pool.ts';

/** Isolates that may compute at once in one thread: together about as many as there are cores. */
function runningIsolates(threads: number): number {
  return Math.ceil(availableParallelism() / threads) + 1;
}

/**
 * Starts a pool; its threads are up and have loaded their host functions when it resolves. The caller closes it.
 *
 * Threads, ports and timers are made in the root context, whoever calls.
 *
 * @throws `ERR_WAYBILL_HOST_MODULE_FAILED`, or what else a thread failed to start with
 */
export function createPool(options: PoolOptions): Promise<Pool> {
  return ContextSnapshot.root.run(() => startPool(options));
}

async function startPool(options: PoolOptions): Promise<Pool> {
  setEngineFlags();
  const { threads: threadCount, attemptsPerThread } = options;
  const roster = new Roster(options);
  const threads = new PiscinaThreads(
    {
      threads: threadCount,
      attemptsPerThread,
      options: {
        isolates: options.isolates,
        memoryBytes: options.memoryBytes,
        runningIsolates: runningIsolates(threadCount),
        submitterFunctions: options.submitterFunctions,
        hostModuleUrl: options.hostModuleUrl,
      },
    },
    roster,
  );
  const pool = new ThreadPool(options, roster, threads);
  try {
    await roster.complete();
    return pool;
  } catch (error) {
    await pool.close(1_000);
    throw error;
  }
}
