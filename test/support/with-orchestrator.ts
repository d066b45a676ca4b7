import { setImmediate } from 'node:timers/promises';
import {
  createOrchestrator,
  type Orchestrator,
  type OrchestratorOptions,
  type OrchestratorStats,
} from '@waybill/orchestrator';
import { leakCheck } from '@waybill/testkit';

/** Waits until no job holds anything any more: no place, no attempt, no line of the queue. */
export async function atBaseline(waybill: Orchestrator, limitMs = 5_000): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const stats = await waybill.stats();
    if (isIdle(stats)) return;
    if (performance.now() - startMs > limitMs) {
      throw new Error(`Still held after ${limitMs} ms: ${JSON.stringify(stats)}`);
    }
    await setImmediate();
  }
}

function isIdle({ queuedCount, openCount, pool }: OrchestratorStats): boolean {
  const attempts = pool.threads.reduce((sum, thread) => sum + thread.attemptCount, 0);
  return queuedCount + openCount + pool.leasedCount + attempts === 0;
}

/**
 * Runs `fn` with an orchestrator of one thread, or as `options` say; then proves that its jobs left nothing behind,
 * closes it, and proves that it left nothing behind itself.
 */
export async function withOrchestrator(
  options: OrchestratorOptions,
  fn: (waybill: Orchestrator) => Promise<void>,
): Promise<void> {
  await using scope = new AsyncDisposableStack();
  scope.use(leakCheck());
  const waybill = scope.use(await createOrchestrator({ threads: 1, ...options }));
  await fn(waybill);
  await atBaseline(waybill);
}
