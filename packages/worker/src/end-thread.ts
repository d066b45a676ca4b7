import { parentPort, threadId } from 'node:worker_threads';
import { errorToWire, makeError } from '@waybill/protocol';
import type { PoolThread } from './pool-thread.ts';
import type { ThreadGreeting } from './thread-options.ts';

/** Time, in ms, for what was posted last to get out, and for the addon to let go of what it was told to drop. */
const lastPostsMs = 20;

/**
 * Has this thread end in order where the operator's code throws outside of any host call or calls `process.exit`: a
 * thread that dies with live isolates may never be gone, and may take the process along.
 *
 * Its attempts settle with `ERR_WAYBILL_WORKER_EXITED`, its isolates are disposed, then it dies of the error after all.
 */
export function endThreadInOrder(thread: PoolThread): void {
  const exit = process.exit.bind(process);
  let ending = false;
  const end = (error: unknown): void => {
    // What else breaks from now on breaks because the thread ends.
    if (ending) return;
    ending = true;
    void endOf(error);
  };
  const endOf = async (error: unknown): Promise<void> => {
    try {
      await letGo(thread, error);
    } finally {
      setTimeout(() => {
        process.removeAllListeners('uncaughtException');
        // Node itself calls it when a thread dies of an error.
        process.exit = exit;
        throw error;
      }, lastPostsMs);
    }
  };
  process.on('uncaughtException', end);
  process.exit = (code) => {
    const error = new Error(`process.exit(${code ?? ''}) was called in a pool thread`);
    end(error);
    throw error;
  };
}

// The pool gives the thread no more attempts, those it has settle, and nothing is left that could keep it.
async function letGo(thread: PoolThread, error: unknown): Promise<void> {
  const farewell: ThreadGreeting = { waybill: 'failed', threadId, error: errorToWire(error) };
  parentPort?.postMessage(farewell, []);
  const words = 'the worker thread of the job failed outside of any host call';
  await thread.close(makeError('ERR_WAYBILL_WORKER_EXITED', words, { cause: error }));
}
