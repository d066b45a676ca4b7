import { Piscina } from 'piscina';
import { type Lane, WrongAnswer } from './lane.ts';

const filename = new URL('./bare-isolate.worker.ts', import.meta.url).href;

/** Which of the two floors. */
export interface BareIsolateOptions {
  /** `warm`: one function is called again and again. `fresh`: each call makes a context, compiles and runs. */
  readonly how: 'warm' | 'fresh';
  readonly threads: number;
  /** Calls that one thread serves at once. */
  readonly callsPerThread: number;
}

/** Makes a pool of threads that call isolated-vm by hand: no context, no limits, no containment. */
export function bareIsolateLane({ how, threads, callsPerThread }: BareIsolateOptions): Lane {
  const pool = new Piscina({
    filename,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: callsPerThread,
    atomics: 'disabled',
  });
  return {
    name: `bare Piscina and isolated-vm, ${how}`,
    async call(number) {
      const got: unknown = await pool.run(number, { name: how });
      if (got !== number) throw new WrongAnswer(number, got);
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
