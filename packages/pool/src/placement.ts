import type { PoolMember } from './pool-member.ts';

/** How many more attempts a tenant's usual thread may have than the least busy one and still be chosen. */
const slackCount = 2;

// FNV-1a with the last mixing steps of MurmurHash3, without which short names of tenants all score alike.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
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
  const free = members.filter((each) => each.isReady && each.leasedCount < attemptsPerThread);
  const trusted = free.filter((each) => !each.isSuspect);
  let leastBusy: PoolMember | undefined;
  let usual: PoolMember | undefined;
  let usualScore = -1;
  for (const member of trusted.length > 0 ? trusted : free) {
    if (leastBusy === undefined || member.leasedCount < leastBusy.leasedCount) leastBusy = member;
    const score = hash(`${member.processId}:${member.threadId}\n${tenant}`);
    if (score > usualScore) {
      usual = member;
      usualScore = score;
    }
  }
  if (usual === undefined || leastBusy === undefined) return undefined;
  return usual.leasedCount <= leastBusy.leasedCount + slackCount ? usual : leastBusy;
}
