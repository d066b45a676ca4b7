import type { Piscina } from 'piscina';

/**
 * Ends a bare pool whose threads own isolates: each disposes its own first, in the `end` that its file exports. Terminated with live
 * isolates, a thread hangs or aborts the process.
 *
 * @throws Error when a thread was not reached: it is left running then
 */
export async function endPool(pool: Piscina): Promise<void> {
  const { length } = pool.threads;
  // One for each thread: it takes some milliseconds, and the next one goes to whoever has least to do.
  const ended: readonly unknown[] = await Promise.all(
    Array.from({ length }, () => pool.run(undefined, { name: 'end' })),
  );
  const reached = new Set(ended).size;
  if (reached < length) throw new Error(`expected ${length} threads to end, ${reached} did`);
  await pool.destroy();
}
