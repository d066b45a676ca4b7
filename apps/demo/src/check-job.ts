import type { Hop } from '@waybill/orchestrator';
import { ContextMismatchError, differences, expectedAt } from './expectation.ts';
import type { JobRecord } from './price-orders.ts';
import { tenantOf } from './variables.ts';

/** What came of comparing all that one job's code saw with what it ought to see. */
export interface JobCheck {
  /** Places where something was compared. */
  readonly checkedCount: number;
  /** One line for each place that differed. */
  readonly mismatches: readonly string[];
}

const kinds: readonly Hop['kind'][] = ['submit', 'worker', 'isolate', 'back'];

/**
 * Compares the context at every hop, inside every host function, in the guest's result and after `await run()` with what
 * the batch's name says it must be.
 */
export function checkJob({ batch, outcome, seenAfter }: JobRecord): JobCheck {
  const hops = outcome.trail ?? [];
  const mismatches = hops.flatMap((hop) => (isMismatch(hop, batch.id) ? [describe(hop)] : []));
  let checkedCount = hops.length;
  const check = (holds: boolean, where: string): void => {
    checkedCount += 1;
    if (!holds) mismatches.push(where);
  };

  check(differences(seenAfter, expectedAt('back', batch.id)).length === 0, 'after run()');
  if (outcome.ok) {
    check(outcome.value.tenant === tenantOf(batch.id), "the guest's result");
    check(callCount(hops) === outcome.bill.hostCalls, 'a host call left no hop');
    for (const kind of kinds) {
      check(hops.filter((hop) => hop.kind === kind).length === 1, `not one hop ${kind}`);
    }
  } else {
    const { name } = outcome.error.details;
    check(name !== ContextMismatchError.name, `inside a host function: ${outcome.error.message}`);
  }
  // Each host function compares for itself before it does anything, and fails its job otherwise.
  checkedCount += outcome.bill.hostCalls;
  return { checkedCount, mismatches: mismatches.map((where) => `${batch.id}: ${where}`) };
}

/** Whether something else was seen at a hop than its batch ought to see there. */
export function isMismatch(hop: Hop, batch: string): boolean {
  return differences(Object.fromEntries(hop.context), expectedAt(hop.kind, batch)).length > 0;
}

function describe({ kind, where, name = '', context }: Hop): string {
  return `${kind} ${name} in ${where} saw ${JSON.stringify(context)}`;
}

function callCount(hops: readonly Hop[]): number {
  return hops.filter(({ kind }) => kind === 'host call').length;
}
