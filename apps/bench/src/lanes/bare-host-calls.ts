import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { answeringPort } from './answering-port.ts';
import type { BareHostJob } from './bare-host-calls.worker.ts';
import { callsPerThread } from './calls-per-thread.ts';
import { endPool } from './end-pool.ts';
import { echo } from './exchange.ts';
import type { HostCallPool, HostSide } from './host-calls.ts';

const filename = new URL(`./bare-host-calls.worker${extname(import.meta.url)}`, import.meta.url)
  .href;

/**
 * Opens a bare pool of one thread whose guest calls functions of the host by `Reference.apply`. One for the submitting thread goes
 * on from there by a bare message port. None of them has a context.
 */
export async function openBareHostCalls(sides: readonly HostSide[]): Promise<HostCallPool> {
  const pool = new Piscina({
    filename,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: callsPerThread,
    atomics: 'disabled',
  });
  const port = answeringPort();
  await pool.run(Piscina.move(port.far), { name: 'connect' });
  return {
    laneOf: (callCount) => ({
      name: 'bare Piscina and Reference.apply',
      call(number) {
        const job: BareHostJob = { number, callCount, sides };
        return pool.run(job, { name: 'run' });
      },
      check: echo.check,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    async [Symbol.asyncDispose]() {
      port[Symbol.dispose]();
      await endPool(pool);
    },
  };
}
