import { extname } from 'node:path';
import { callsPerThread } from '../lanes/calls-per-thread.ts';
import { echoLane } from './echo-lane.ts';
import type { Peer } from './peer.ts';

const name = 'tinypool and isolated-vm';
const filename = new URL(`./tinypool.worker${extname(import.meta.url)}`, import.meta.url).href;

/** An isolate in each thread of another pool. */
export const tinypool: Peer = {
  name,
  needs: 'tinypool',
  async open({ how, threads }) {
    const { Tinypool } = await import('tinypool');
    const pool = new Tinypool({
      filename,
      teardown: 'teardown',
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: callsPerThread,
      // A thread that waits in `Atomics.wait` would not see that its isolate has answered.
      useAtomics: false,
    });
    return echoLane({
      name,
      answer: (input) => pool.run(input, { name: how }),
      dispose: () => pool.destroy(),
    });
  },
};
