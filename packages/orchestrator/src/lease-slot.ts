import type { WaybillError } from '@waybill/protocol';
import { quarantinedError } from './admit.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';
import { mustRunAlone } from './run-again.ts';
import type { HeldPlace } from './turnstile.ts';

/**
 * Step 3: waits for the job's turn and takes a place in a thread.
 *
 * @returns the place, or why the job was given up while it waited
 */
export async function leaseSlot(
  office: Office,
  ticket: JobTicket,
): Promise<HeldPlace | WaybillError> {
  for (;;) {
    ticket.alone = mustRunAlone(office, ticket);
    const place = await waitForTurn(office, ticket);
    if (place instanceof Error) return place;
    // What the program did while the job waited counts as if it had been submitted now.
    const { tenant, program } = ticket.captured.job;
    const programHash = office.quarantine.refuses(tenant, program);
    const mayStart = ticket.alone || !mustRunAlone(office, ticket);
    if (programHash === undefined && mayStart) return place;
    place.release();
    if (programHash !== undefined) return quarantinedError(tenant, programHash);
  }
}

async function waitForTurn(office: Office, ticket: JobTicket): Promise<HeldPlace | WaybillError> {
  if (ticket.stoppedBy !== undefined) return ticket.stoppedBy;
  let place: HeldPlace | undefined;
  let tell: ((held: HeldPlace) => void) | undefined;
  office.turnstile.enter(ticket, (held) => {
    place = held;
    tell?.(held);
  });
  if (place !== undefined) return place;
  const first = await new Promise<HeldPlace | WaybillError>((resolve) => {
    tell = resolve;
    ticket.whenStopped(resolve);
  });
  if (place !== undefined) return place;
  office.turnstile.leave(ticket);
  return first;
}
