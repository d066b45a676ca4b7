import { type WaybillError, makeError } from '@waybill/protocol';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';

/** What a thread has at least, in ms, to report how a job ended at its deadline, however short the grace. */
const reportMs = 100;

function queueDeadline(ticket: JobTicket): WaybillError {
  const { wallMs } = ticket.captured.job.limits;
  const words = `the job was still waiting for a place ${wallMs} ms after submit`;
  return makeError('ERR_WAYBILL_QUEUE_DEADLINE', words, { details: { wallMs } });
}

function overdue(ticket: JobTicket): WaybillError {
  const { wallMs } = ticket.captured.job.limits;
  const words = `the job's thread had not settled it in time, ${wallMs} ms after submit`;
  return makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', words, { details: { wallMs } });
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
  const { graceMs } = office.settings;
  const cancelled = (): void => {
    const cause: unknown = signal?.reason;
    ticket.stop(makeError('ERR_WAYBILL_CANCELLED', 'the signal of the job aborted', { cause }));
  };
  const deadlinePassed = (): void => {
    if (ticket.state === 'queued') return ticket.stop(queueDeadline(ticket));
    timer = setTimeout(() => ticket.abandon(overdue(ticket)), Math.max(graceMs, reportMs));
  };
  // In the root context: a timer keeps the context it was made in.
  const leftMs = Math.max(0, deadlineMs - performance.now());
  let timer = office.root.run(() => setTimeout(deadlinePassed, leftMs));
  if (signal?.aborted === true) cancelled();
  else signal?.addEventListener('abort', cancelled, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancelled);
    },
  };
}
