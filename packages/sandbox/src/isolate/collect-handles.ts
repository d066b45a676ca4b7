/**
 * Collects what the addon has in this thread's heap.
 *
 * Node takes the addon off a thread that ends, and only then runs the tasks that are left, among them those of a collection that has
 * begun. Where that finds a handle of the addon that nobody holds any more, the addon aborts the process: one of eight ends of threads
 * with full heaps did on Node 26, every other one on Node 24. After a whole collection none has begun and no such handle is left: none
 * of 360 did.
 */
export async function collectHandles(): Promise<void> {
  try {
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    await new Promise<void>((resolve, reject) => {
      session.post('HeapProfiler.collectGarbage', (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    session.disconnect();
  } catch (error) {
    // Node's permission model may deny it, or a build be without it. The thread ends all the same: the odds of a crash are small.
    process.emitWarning(`the thread ends uncollected: ${String(error)}`, 'WaybillWarning');
  }
}
