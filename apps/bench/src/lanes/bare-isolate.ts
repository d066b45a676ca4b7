import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { endPool } from './end-pool.ts';
import { echo, type Exchange } from './exchange.ts';
import type { Lane } from './lane.ts';

const filename = new URL(`./bare-isolate.worker${extname(import.meta.url)}`, import.meta.url).href;

/** How calls are made: each of them is a floor. */
export interface BareIsolateOptions {
  /**
   * `warm`: one function is called again and again. `fresh`: each call makes a context, compiles and runs. `own`: the same with
   * a source of its own for each call, which is its input. `cold`: as `fresh`, in an isolate of its own.
   */
  readonly how: 'warm' | 'fresh' | 'own' | 'cold';
  readonly threads: number;
  /** Calls that one thread serves at once. */
  readonly callsPerThread: number;
  /** An expression that gives a function. @defaultValue one that gives back what it is given */
  readonly source?: string;
}

/** A pool of threads that call isolated-vm by hand: no context, no limits, no containment. */
export interface BareIsolates extends AsyncDisposable {
  /** Gives a lane of its calls. Disposing it does nothing. */
  laneOf(exchange: Exchange): Lane;
}

/** Opens such a pool. */
export function openBareIsolates(options: BareIsolateOptions): BareIsolates {
  const { how, threads, callsPerThread, source = 'input => input' } = options;
  const pool = new Piscina({
    filename,
    workerData: source,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: callsPerThread,
    atomics: 'disabled',
  });
  return {
    laneOf: (exchange) => ({
      name: `bare Piscina and isolated-vm, ${how}`,
      call: (number) => pool.run(exchange.input(number), { name: how }),
      check: exchange.check,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    [Symbol.asyncDispose]: () => endPool(pool),
  };
}

/** Opens such a pool for one lane; disposing the lane closes it. */
export function bareIsolateLane(options: BareIsolateOptions, exchange: Exchange = echo): Lane {
  const pool = openBareIsolates(options);
  return { ...pool.laneOf(exchange), [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}
