import type { Roster } from './roster.ts';
import { withinMs } from './within.ts';

/**
 * Has each thread settle what it runs and dispose its isolates: to terminate one with live isolates hangs, or crashes the
 * process.
 *
 * @param graceMs - a thread that takes longer is not waited for
 */
export async function closeMembers(roster: Roster, graceMs: number): Promise<void> {
  roster.leave();
  const closing = roster.members.map((member) => member.peer.call('close', []));
  await Promise.all(closing.map((closed) => withinMs(graceMs, closed)));
}
