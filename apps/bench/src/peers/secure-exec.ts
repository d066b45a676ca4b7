import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import type { Lane } from '../lanes/lane.ts';
import { echoLane } from './echo-lane.ts';
import type { Peer, PeerOptions } from './peer.ts';

const name = 'secure-exec';
const filename = new URL(`./secure-exec.worker${extname(import.meta.url)}`, import.meta.url).href;

/**
 * Isolates in a process of its own that acts as if it were Node.
 *
 * Its part on our side stands in one thread, because it leaves timers of a minute behind that nothing but the end of a thread takes
 * away. The isolates have threads of their own, in their process.
 */
export const secureExec: Peer = { name, needs: 'secure-exec', open };

async function open({ how, threads }: PeerOptions): Promise<Lane> {
  const pool = new Piscina({
    filename,
    maxThreads: 1,
    concurrentTasksPerWorker: callsPerThread * threads,
    atomics: 'disabled',
    workerData: threads,
  });
  return echoLane({
    name,
    answer: (input) => pool.run(input, { name: how }),
    async dispose() {
      try {
        await pool.run(undefined, { name: 'close' });
      } finally {
        await pool.destroy();
      }
    },
  });
}
