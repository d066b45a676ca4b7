import { createOrchestrator } from '@waybill/orchestrator';
import { makeHostFunctions } from './host-functions.ts';
import { makeBatches, readOrders } from './orders.ts';
import { priceOrders, runDrafts } from './price-orders.ts';
import { recomputeRevenue } from './recompute.ts';
import type { RunRecord } from './report.ts';
import { readShops } from './shops.ts';

const LINES_PER_JOB = 100;

/**
 * Prices the order file, then runs the drafts; when it resolves, every thread has ended.
 *
 * @param signal - cancels all jobs when it aborts
 */
export async function runDemo(threads: number, signal: AbortSignal): Promise<RunRecord> {
  const [lines, shops] = await Promise.all([readOrders(), readShops()]);
  const batches = makeBatches(lines, LINES_PER_JOB);
  await using waybill = await createOrchestrator({
    threads,
    hostFunctions: makeHostFunctions(shops),
    workerHostFunctions: new URL('./worker-host-functions.ts', import.meta.url),
    // A job waits for its turn too, and a busy machine may be slow.
    limits: { wallMs: 30_000 },
  });
  const startedMs = performance.now();
  const jobs = await priceOrders({ waybill, signal }, batches);
  const elapsedMs = performance.now() - startedMs;
  const drafts = await runDrafts({ waybill, signal }, batches);
  return { threads, jobs, elapsedMs, drafts, expected: await recomputeRevenue(lines, shops) };
}
