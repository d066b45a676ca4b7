import { formatTraceParent, traceContext } from '@waybill/context/w3c';
import type { Hop } from '@waybill/orchestrator';
import { importRequest, tenant, tenantOf, traceOf } from './variables.ts';

/** Variables by name, each as the text a hop shows; one that is not set is absent. */
export type Seen = Readonly<Record<string, string>>;

/** What must be seen on the far side of a border by a job of `batch`: no more and no less. */
export function expectedAt(kind: Hop['kind'], batch: string): Seen {
  const forGuests = { tenant: JSON.stringify(tenantOf(batch)) };
  if (kind === 'isolate') return forGuests;
  const headers = [formatTraceParent(traceOf(batch)), ''];
  return {
    ...forGuests,
    'import-request': JSON.stringify({ batch }),
    'w3c.trace-context': JSON.stringify(headers),
  };
}

/** What the running code sees, read from the variables and the store themselves. */
export function seenHere(): Seen {
  const trace = traceContext.get();
  const seen: Record<string, unknown> = {
    tenant: tenant.get(),
    'import-request': importRequest.getStore(),
    'w3c.trace-context': trace && [formatTraceParent(trace), ''],
  };
  const set = Object.entries(seen).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** Names of the variables of which something else was seen than expected. */
export function differences(seen: Seen, expected: Seen): readonly string[] {
  const names = new Set([...Object.keys(seen), ...Object.keys(expected)]);
  return [...names].filter((name) => seen[name] !== expected[name]);
}

/** A host function ran in a context that is not the one of the job that called it. */
export class ContextMismatchError extends Error {
  override readonly name: string = 'ContextMismatchError';
}

/**
 * Refuses to go on in the context of another job. Called first in every host function, in either thread.
 *
 * @param batch - what the guest says it works on: nothing is decided by it but whether to go on
 * @throws ContextMismatchError
 */
export function assertContextOf(batch: string): void {
  const wrong = differences(seenHere(), expectedAt('host call', batch));
  if (wrong.length > 0) throw new ContextMismatchError(`${batch}: ${wrong.join(', ')}`);
}
