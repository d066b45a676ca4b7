import type { AttemptMessage } from '@waybill/protocol';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';

/** Step 4: puts the context, the input and the program into the form in which they cross to the thread. */
export function carry(office: Office, { captured, attemptId }: JobTicket): AttemptMessage {
  const { job, target, input, context, guestContext, submittedMs, deadlineMs, onLog } = captured;
  return {
    attemptId,
    jobId: job.id,
    tenant: job.tenant,
    target,
    input,
    limits: job.limits,
    reuse: job.reuse,
    context,
    guestContext,
    submittedMs,
    deadlineMs,
    trail: job.trail,
    streamsHostCalls: office.events.hears('host:called'),
    streamsLog: onLog !== undefined || office.events.hears('job:logged'),
  };
}
