import { escalationLadder } from '@waybill/protocol';
import type { PoolMember } from './pool-member.ts';
import { withinMs } from './within.ts';

/** How long a thread that was late may take to say that it is there, in ms. */
const answerMs = 500;

/**
 * What becomes of a thread that was late with the report of an attempt. `answers`: it is there. `busy`: the guest of another
 * attempt computes in it, and has its own limits. `ended`: the guest of the attempt held it, and it was ended. `held`: that
 * guest holds it and could not be ended. `silent`: it says nothing, and no guest computes in it.
 */
export type Doubt = 'answers' | 'busy' | 'ended' | 'held' | 'silent';

/** Finds out whether a thread can still serve, and ends it where the guest of the attempt computes on in it. */
export async function doubtThread(member: PoolMember, attemptId: number): Promise<Doubt> {
  member.isSuspect = true;
  if (await answers(member)) return 'answers';
  const holder = await holderOf(member, answerMs);
  if (holder === undefined) return 'silent';
  if (holder !== attemptId) return 'busy';
  const gone = Promise.withResolvers<void>();
  const forget = member.whenGone(() => gone.resolve());
  member.end();
  await withinMs(escalationLadder.dispose.graceMs, gone.promise);
  forget();
  return member.isGone ? 'ended' : 'held';
}

async function answers(member: PoolMember): Promise<boolean> {
  const deadlineMs = performance.now() + answerMs;
  const asked = member.peer.call('stats', [], { deadlineMs });
  // One that is gone meanwhile needs no help.
  return asked.then(
    () => true,
    () => member.isGone,
  );
}

/** The attempt whose guest holds the thread; undefined: none, or nobody said in time. */
export async function holderOf(member: PoolMember, limitMs: number): Promise<number | undefined> {
  let holder: number | undefined;
  const asked = member.holder().then((attemptId) => {
    holder = attemptId;
  });
  await withinMs(limitMs, asked);
  return holder;
}
