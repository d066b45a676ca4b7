import type { AttemptMessage } from '@waybill/protocol';
import { Attempt } from './attempt.ts';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';
import type { HeldPlace } from './turnstile.ts';

/** An attempt that is ready to cross to its thread. */
export interface Carried {
  readonly attempt: Attempt;
  readonly message: AttemptMessage;
}

/** Step 4: puts the context, the input and the program into the form in which they cross to the thread. */
export function carry(office: Office, ticket: JobTicket, place: HeldPlace): Carried {
  const attempt = new Attempt(ticket, place);
  const { job, target, input, context, guestContext, submittedMs, deadlineMs, onLog } =
    ticket.captured;
  const message: AttemptMessage = {
    attemptId: attempt.id,
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
  return { attempt, message };
}
