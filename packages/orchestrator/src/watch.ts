import { type WaybillError, escalationLadder, makeError } from '@waybill/protocol';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';

/** What a thread may take besides the ladder: its event loop, and the way of the report, in ms. */
const reportSlackMs = 650;

/**
 * How long after the deadline, or after it was told to stop, a thread may report how the job ended, in ms, before it is not
 * waited for any more: it climbs the ladder as far as it can before it reports. It does not wait after `wedge`, its last
 * step: the grace of that one is slack as well, for a report that comes while the process is given up. Every job has settled
 * within two seconds of its deadline.
 */
export const reportGraceMs: number =
  escalationLadder.interrupt.graceMs +
  escalationLadder.dispose.graceMs +
  escalationLadder.wedge.graceMs +
  reportSlackMs;

function queueDeadline(ticket: JobTicket): WaybillError {
  const { wallMs } = ticket.captured.job.limits;
  const words = `the job was still waiting for a place ${wallMs} ms after submit`;
  return makeError('ERR_WAYBILL_QUEUE_DEADLINE', words, { details: { wallMs } });
}

// Its thread has not reported. Where the guest itself holds it, that is why.
async function overdue({ pool }: Office, { captured, attempt }: JobTicket): Promise<WaybillError> {
  const { wallMs } = captured.job.limits;
  if (attempt !== undefined && (await pool.isHeldBy(attempt.place.lease, attempt.id))) {
    const words = `the guest had not settled ${wallMs} ms after submit, and holds its thread`;
    return makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', words, { details: { wallMs } });
  }
  const words = `the job's thread had not reported ${reportGraceMs} ms after the deadline`;
  return makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', words, { details: { wallMs } });
}

/**
 * Watches over a job from outside until it settles: its deadline while it waits, its thread's punctuality while it runs
 * (the thread keeps the deadline itself), its submitter's signal.
 *
 * @returns ends the watch when it is disposed
 */
export function watch(
  office: Office,
  ticket: JobTicket,
  signal: AbortSignal | undefined,
): Disposable {
  const { deadlineMs } = ticket.captured;
  const cancelled = (): void => {
    const cause: unknown = signal?.reason;
    ticket.stop(makeError('ERR_WAYBILL_CANCELLED', 'the signal of the job aborted', { cause }));
  };
  const giveUp = async (): Promise<void> => {
    const error = await overdue(office, ticket);
    if (!isOver) ticket.abandon(error);
  };
  const deadlinePassed = (): void => {
    if (ticket.state === 'queued') return ticket.stop(queueDeadline(ticket));
    timer = setTimeout(() => void giveUp(), reportGraceMs);
  };
  // Its thread may be held by a guest and not hear of it.
  const grantGrace = (error: WaybillError): void => {
    if (isOver) return;
    grace = office.root.run(() => setTimeout(() => ticket.abandon(error), reportGraceMs));
  };
  let isOver = false;
  let grace: NodeJS.Timeout | undefined;
  ticket.whenAsked(grantGrace);
  // In the root context: a timer keeps the context it was made in.
  const leftMs = Math.max(0, deadlineMs - performance.now());
  let timer = office.root.run(() => setTimeout(deadlinePassed, leftMs));
  if (signal?.aborted === true) cancelled();
  else signal?.addEventListener('abort', cancelled, { once: true });
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancelled);
    },
  };
}
