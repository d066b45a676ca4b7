import { makeError } from '@waybill/protocol';
import { type Captured, JobTicket } from './job-ticket.ts';
import { JobTrail } from './job-trail.ts';
import type { Office } from './office.ts';

/**
 * Refuses every job while there is no room for another.
 *
 * @throws `ERR_WAYBILL_CLOSED`, `ERR_WAYBILL_QUEUE_FULL`
 */
export function refuseUnlessRoom(office: Office): void {
  if (office.state() !== 'open') {
    throw makeError('ERR_WAYBILL_CLOSED', 'the orchestrator is closing and takes no more jobs');
  }
  const { queuedCount } = office.turnstile;
  const { maxJobs } = office.settings.queue;
  // Where a place is free the job does not wait.
  if (queuedCount >= maxJobs && office.pool.freeCount === 0) {
    throw makeError('ERR_WAYBILL_QUEUE_FULL', `${queuedCount} jobs wait already, ${maxJobs} may`, {
      details: { queuedCount, maxJobs },
    });
  }
}

function refuseSameId(office: Office, { job }: Captured): void {
  if (!office.tickets.has(job.id)) return;
  throw makeError(
    'ERR_WAYBILL_DUPLICATE_JOB',
    `job ${job.id} is there already and has not settled`,
    { details: { jobId: job.id } },
  );
}

/**
 * Step 2: takes the job in, or refuses it with a reason.
 *
 * @throws `ERR_WAYBILL_CLOSED`, `ERR_WAYBILL_DUPLICATE_JOB`, `ERR_WAYBILL_QUEUE_FULL`
 */
export function admit(office: Office, captured: Captured): JobTicket {
  refuseUnlessRoom(office);
  refuseSameId(office, captured);
  const { job, snapshot, submittedMs } = captured;
  const ticket = new JobTicket(captured, new JobTrail(job.trail, submittedMs));
  office.tickets.set(job.id, ticket);
  ticket.trail.here('submit', submittedMs);
  office.events.emit(snapshot, 'job:admitted', {
    jobId: job.id,
    tenant: job.tenant,
    queuedAhead: office.turnstile.queuedCount,
  });
  return ticket;
}
