import { type ErrorCode, errorFromWire, isWaybillError } from '@waybill/protocol';
import type { Attempt, AttemptEnd } from './attempt.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';

/** How often a job may run, whatever becomes of its attempts. */
const maxAttemptCount = 4;

/** Losses to others after which a job runs alone, where nobody else can be in its way: the last time it runs. */
const lossesUntilAlone = maxAttemptCount - 1;

// What these say is that something around the job is gone, and nothing about the job.
const lossCodes: ReadonlySet<ErrorCode> = new Set([
  'ERR_WAYBILL_PROCESS_EXITED',
  'ERR_WAYBILL_WORKER_EXITED',
  'ERR_WAYBILL_WORKER_UNRESPONSIVE',
  'ERR_WAYBILL_ISOLATE_LOST',
]);

/** The code of what an attempt was lost with; undefined where it was not lost. */
export function lossOf(end: AttemptEnd): ErrorCode | undefined {
  const code = codeOf(end);
  return code !== undefined && lossCodes.has(code) ? code : undefined;
}

/** Whether the next attempt at a job must have a process for itself: what ends that was the job then. */
export function mustRunAlone({ quarantine }: Office, ticket: JobTicket): boolean {
  const { tenant, program } = ticket.captured.job;
  if (ticket.lossCount >= lossesUntilAlone) return true;
  return ticket.attempt?.lost?.verdict === 'suspect' || quarantine.isOnProbation(tenant, program);
}

/**
 * Decides whether a job whose attempt has ended runs again, and if it does, ends the rights of that attempt: a host
 * function that it calls from now on is refused.
 */
export function runsAgain(office: Office, ticket: JobTicket, end: AttemptEnd): boolean {
  const code = lossOf(end);
  const { attempt, attemptCount } = ticket;
  if (code === undefined || attempt === undefined || !mayRunAgain(office, attempt)) return false;
  attempt.end(end instanceof Error ? end : undefined);
  // Who kills processes from outside finds this one everywhere.
  ticket.requeue(attempt.lost?.loss.how !== 'outside');
  office.counts.rerunCount += 1;
  const { job, snapshot } = ticket.captured;
  const { id: jobId, tenant } = job;
  office.events.emit(snapshot, 'job:rerun', { jobId, tenant, code, attemptCount });
  return true;
}

function mayRunAgain(office: Office, { ticket, lost, hasCalledHost }: Attempt): boolean {
  const { job, deadlineMs } = ticket.captured;
  return (
    lost?.verdict !== 'culprit' &&
    (job.rerunnable || !hasCalledHost) &&
    ticket.attemptCount < maxAttemptCount &&
    ticket.askedToStop === undefined &&
    ticket.stoppedBy === undefined &&
    office.state() === 'open' &&
    performance.now() < deadlineMs
  );
}

function codeOf(end: AttemptEnd): ErrorCode | undefined {
  if (end instanceof Error) return end.code;
  if (end.settlement.ok) return undefined;
  const error = errorFromWire(end.settlement.error);
  return isWaybillError(error) ? error.code : undefined;
}
