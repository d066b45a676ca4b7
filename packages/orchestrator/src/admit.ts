import { type Job, type WaybillError, makeError } from '@waybill/protocol';
import { type Captured, JobTicket } from './job-ticket.ts';
import { JobTrail } from './job-trail.ts';
import type { Office } from './office.ts';
import { mustRunAlone } from './run-again.ts';
import { shareOf } from './tenant-share.ts';

/**
 * Refuses every job while there is no room for another, whoever's it is. Reads nothing of the job.
 *
 * @throws `ERR_WAYBILL_CLOSED`, `ERR_WAYBILL_QUEUE_FULL`
 */
export function refuseUnlessRoom(office: Office): void {
  if (office.state() !== 'open') {
    throw makeError('ERR_WAYBILL_CLOSED', 'the orchestrator is closing and takes no more jobs');
  }
  // Where a place is free a job of a tenant that may have it does not wait.
  if (isFull(office) && office.pool.freeCount === 0) refuseFull(office);
}

/**
 * Refuses a job for what it is: before its input is packed, because a job that is shed must not cost what an admitted one
 * does.
 *
 * @param depth - how many jobs it is inside of, itself counted
 * @throws `ERR_WAYBILL_JOB_DEPTH`, `ERR_WAYBILL_QUEUE_FULL`, `ERR_WAYBILL_TENANT_QUEUE_FULL`,
 *   `ERR_WAYBILL_GUEST_QUARANTINED`
 */
export function refuseJob(office: Office, job: Job, depth: number): void {
  const { jobDepth } = job.limits;
  if (depth > jobDepth) {
    const words = `the job is inside of ${depth - 1} others, and ${jobDepth} in all may be inside each other`;
    throw makeError('ERR_WAYBILL_JOB_DEPTH', words, { details: { jobDepth, depth } });
  }
  refuseWait(office, job.tenant);
  const programHash = office.quarantine.refuses(job.tenant, job.program);
  if (programHash !== undefined) throw quarantinedError(job.tenant, programHash);
}

/** What a job of a program that is in quarantine is refused with. */
export function quarantinedError(tenant: string, programHash: string): WaybillError {
  const words = `this program of tenant ${tenant} has cost a process twice and is not run any more`;
  return makeError('ERR_WAYBILL_GUEST_QUARANTINED', words, { details: { tenant, programHash } });
}

function refuseWait(office: Office, tenant: string): void {
  const { turnstile } = office;
  if (!turnstile.wouldWait(tenant)) return;
  if (isFull(office)) refuseFull(office);
  const queuedCount = turnstile.queuedCountOf(tenant);
  const { maxQueued } = shareOf(office.settings, tenant);
  if (queuedCount < maxQueued) return;
  const estimatedWaitMs = turnstile.estimatedWaitMs(tenant);
  const words = `${queuedCount} jobs of tenant ${tenant} wait already, ${maxQueued} may`;
  throw makeError('ERR_WAYBILL_TENANT_QUEUE_FULL', words, {
    details: { tenant, queuedCount, maxQueued, estimatedWaitMs },
  });
}

function isFull({ turnstile, settings }: Office): boolean {
  return turnstile.queuedCount >= settings.queue.maxJobs;
}

function refuseFull({ turnstile, settings }: Office): never {
  const { queuedCount } = turnstile;
  const { maxJobs } = settings.queue;
  const estimatedWaitMs = turnstile.estimatedWaitMs();
  throw makeError('ERR_WAYBILL_QUEUE_FULL', `${queuedCount} jobs wait already, ${maxJobs} may`, {
    details: { queuedCount, maxJobs, estimatedWaitMs },
  });
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
 * Step 2: takes the job in, or refuses it with a reason. What {@link capture} had to look at first it has refused already.
 *
 * @throws `ERR_WAYBILL_DUPLICATE_JOB`
 */
export function admit(office: Office, captured: Captured): JobTicket {
  refuseSameId(office, captured);
  const { job, snapshot, submittedMs } = captured;
  const ticket = new JobTicket(captured, new JobTrail(job.trail, submittedMs));
  office.tickets.set(job.id, ticket);
  ticket.trail.here('submit', submittedMs);
  if (office.events.hears('job:admitted')) {
    const { queuedCount } = office.turnstile;
    // How long it takes until a process has nothing else to do is not known.
    const estimatedWaitMs = mustRunAlone(office, ticket)
      ? undefined
      : office.turnstile.estimatedWaitMs(job.tenant);
    office.events.emit(snapshot, 'job:admitted', {
      jobId: job.id,
      tenant: job.tenant,
      queuedAhead: queuedCount,
      estimatedWaitMs,
    });
  }
  return ticket;
}
