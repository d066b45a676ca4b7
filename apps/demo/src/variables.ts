import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { ContextVariable, carryStore } from '@waybill/context';
import { type TraceContext, childOf, startTrace, traceContext } from '@waybill/context/w3c';

// Imported in the submitting thread and, by worker-host-functions.ts, in each pool thread: a carried variable must be
// declared on both sides of the border.

/** Whose job it is. The only variable that guests may read. */
export const tenant: ContextVariable<string> = new ContextVariable({
  name: 'tenant',
  carry: { to: ['worker', 'guest'] },
});

/** What the demo's "existing code base" keeps for each request. */
export interface ImportRequest {
  readonly batch: string;
}

/** Stands for the AsyncLocalStorage that a code base had long before Waybill; it is carried as it is. */
export const importRequest: AsyncLocalStorage<ImportRequest> = new AsyncLocalStorage();
carryStore(importRequest, { name: 'import-request', to: ['worker'] });

/** The tenant that a batch belongs to: `harbour` for `harbour-07`. */
export function tenantOf(batch: string): string {
  return batch.slice(0, batch.lastIndexOf('-'));
}

/**
 * The trace of a batch: one trace a tenant, one span a batch. Ids come from the names and not from chance, so that
 * whoever knows the batch can tell, in any thread, which trace ought to be seen.
 */
export function traceOf(batch: string): TraceContext {
  return childOf(startTrace(true, idBytes(tenantOf(batch))), idBytes(batch));
}

/** Runs `fn` in the context that a batch is submitted in and gives what it returns. */
export function inContextOf<R>(batch: string, fn: () => R): R {
  return tenant.run(tenantOf(batch), () =>
    importRequest.run({ batch }, () => traceContext.run(traceOf(batch), fn)),
  );
}

const idBytes =
  (name: string) =>
  (count: number): Uint8Array =>
    hash('sha256', name, 'buffer').subarray(0, count);
