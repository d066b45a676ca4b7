import type { PoolMember } from './pool-member.ts';

/** How many more attempts a tenant's usual thread may have than the least busy one and still be chosen. */
const slackCount = 2;

// FNV-1a: spreads tenants over threads, the same way each time.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/**
 * Chooses the thread for a tenant's next attempt: the one where its isolate is likely to be warm, unless that is busier
 * than others.
 *
 * @returns undefined where no thread has a free place
 */
export function placeAttempt(
  members: readonly PoolMember[],
  tenant: string,
  attemptsPerThread: number,
): PoolMember | undefined {
  let leastBusy: PoolMember | undefined;
  let usual: PoolMember | undefined;
  let usualScore = -1;
  for (const member of members) {
    if (!member.isReady || member.leasedCount >= attemptsPerThread) continue;
    if (leastBusy === undefined || member.leasedCount < leastBusy.leasedCount) leastBusy = member;
    const score = hash(`${member.threadId}\n${tenant}`);
    if (score > usualScore) {
      usual = member;
      usualScore = score;
    }
  }
  if (usual === undefined || leastBusy === undefined) return undefined;
  return usual.leasedCount <= leastBusy.leasedCount + slackCount ? usual : leastBusy;
}
