import type { WaybillError } from '@waybill/protocol';
import type { PoolLease } from '@waybill/pool';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';

/**
 * Step 3: waits for the job's turn and takes a place in a thread.
 *
 * @returns the place, or why the job was given up while it waited
 */
export async function leaseSlot(
  office: Office,
  ticket: JobTicket,
): Promise<PoolLease | WaybillError> {
  if (ticket.stoppedBy !== undefined) return ticket.stoppedBy;
  const served = Promise.withResolvers<PoolLease>();
  office.turnstile.enter(ticket, (lease) => {
    ticket.lease = lease;
    served.resolve(lease);
  });
  if (ticket.lease !== undefined) return ticket.lease;
  const first = await Promise.race([served.promise, ticket.stopped]);
  if (ticket.lease !== undefined) return ticket.lease;
  office.turnstile.leave(ticket);
  return first;
}
