import { leasedCountOf } from '../crew.ts';
import type { PoolProcess } from './pool-process.ts';

/** How long a process serves its tenant at least before it makes way for another, in ms: a change costs a new process. */
const leastTenureMs = 500;

/** What to do where tenants do not share processes, and one of them asks for a place. */
export interface TenantPlan {
  /** Where its attempt may be placed now. */
  readonly open: readonly PoolProcess[];
  /** A process of another tenant that is to take nothing new, so that it can be replaced when it is empty. */
  readonly makesWay?: PoolProcess;
}

/** Finds the processes for a tenant among those that serve, none of which two tenants ever share. */
export function planFor(
  tenant: string,
  serving: readonly PoolProcess[],
  attemptsPerThread: number,
): TenantPlan {
  const hasPlace = ({ roster }: PoolProcess): boolean =>
    roster.members.some(({ leasedCount }) => leasedCount < attemptsPerThread);
  const staying = serving.filter(({ makesWayFor }) => makesWayFor === undefined);
  const own = staying.filter((each) => each.tenant === tenant && hasPlace(each));
  if (own.length > 0) return { open: own };
  const blank = staying.filter((each) => each.tenant === undefined);
  if (blank.length > 0) return { open: blank.slice(0, 1) };
  // One that has its processes full waits for a place in them; one that has none gets one of somebody else's.
  const isWaitedFor = serving.some((each) => each.makesWayFor === tenant);
  if (isWaitedFor || serving.some((each) => each.tenant === tenant)) return { open: [] };
  const makesWay = chooseForeign(staying);
  return makesWay === undefined ? { open: [] } : { open: [], makesWay };
}

// An idle one; otherwise that of a tenant with several, or the one that has served its tenant for longest.
function chooseForeign(staying: readonly PoolProcess[]): PoolProcess | undefined {
  const idle = staying.find((each) => leasedCountOf(each) === 0);
  if (idle !== undefined) return idle;
  const nowMs = performance.now();
  const seasoned = staying.filter(({ tenantSinceMs }) => nowMs - tenantSinceMs >= leastTenureMs);
  const countOf = ({ tenant }: PoolProcess): number =>
    staying.filter((each) => each.tenant === tenant).length;
  return seasoned.toSorted(
    (one, other) => countOf(other) - countOf(one) || one.tenantSinceMs - other.tenantSinceMs,
  )[0];
}
