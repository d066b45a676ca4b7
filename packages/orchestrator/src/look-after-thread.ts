import type { Attempt } from './attempt.ts';
import type { Office } from './office.ts';
import { programHash } from './program-hash.ts';

/**
 * Has the pool look after the thread of an attempt that its job no longer waits for. A guest that held it, and could not be
 * ended but with its process, counts as one that wedged it. Never rejects.
 */
export async function lookAfterThread(office: Office, attempt: Attempt): Promise<void> {
  const { lease } = attempt.place;
  const { tenant, program } = attempt.ticket.captured.job;
  const doubt = await office.pool.suspect(lease, attempt.id);
  // Where guests share the submitting process, no process is lost to be blamed on anybody.
  if (doubt !== 'held' || office.settings.containment === 'thread') return;
  office.quarantine.strike({ tenant, programHash: programHash(program) }, lease.processId);
}
