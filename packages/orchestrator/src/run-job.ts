import {
  type Bill,
  type ErrorCode,
  type EscalationStep,
  type JobSpec,
  type Outcome,
  type WaybillError,
  errorFromWire,
  makeError,
  parcelByteLength,
  readParcel,
  toWaybillError,
} from '@waybill/protocol';
import { admit } from './admit.ts';
import type { AttemptEnd } from './attempt.ts';
import { heedReport } from './heed-report.ts';
import { culpritError, wasKilled } from './blame.ts';
import { type RunRequest, capture } from './capture.ts';
import { type Carried, carry } from './carry.ts';
import { lookAfterThread } from './look-after-thread.ts';
import type { JobTicket } from './job-ticket.ts';
import { leaseSlot } from './lease-slot.ts';
import type { Office } from './office.ts';
import { lossOf, runsAgain } from './run-again.ts';
import { serveAttempt } from './serve-attempt.ts';
import type { JobRecord } from './telemetry/job-record.ts';
import { isLineWithin } from './traffic-count.ts';
import { watch } from './watch.ts';

/**
 * The life of a job: capture, admit, lease, carry, then in the thread rebind and run, then settle, bill, release. The
 * inner half is `run-attempt.ts` of the worker package. Where what runs the job is lost, the middle part is done again if
 * `run-again.ts` says so.
 *
 * @throws what `capture` and `admit` refuse a job with; whatever happens after is in the outcome
 */
export async function runJob(office: Office, spec: JobSpec, request: RunRequest): Promise<Outcome> {
  const record = office.telemetry.follow();
  const captured = record.step('capture', () => capture(office, spec, request));
  const ticket = record.step('admit', () => admit(office, captured));
  record.admitted(captured.job);
  using watching = watch(office, ticket, request.signal);
  let end: AttemptEnd;
  do {
    const place = await record.step('lease', () => leaseSlot(office, ticket));
    if (place instanceof Error) end = place;
    else {
      const carried = record.step('carry', () => carry(office, ticket, place));
      end = await dispatch(office, carried, record);
    }
  } while (runsAgain(office, ticket, end));
  const settled = record.step('settle', () => settle(ticket, end));
  const bill = record.step('bill', () => billOf(ticket, end));
  watching[Symbol.dispose]();
  const outcome = record.step('release', () => release(office, ticket, { end, settled, bill }));
  record.settled(outcome);
  return outcome;
}

type Settled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WaybillError };

/** Steps 5 and 6: hands the job to its thread, which rebinds and runs it, and waits for the report, but not for ever. */
function dispatch(
  office: Office,
  { attempt, message }: Carried,
  record: JobRecord,
): Promise<AttemptEnd> | AttemptEnd {
  const { ticket, place } = attempt;
  if (ticket.stoppedBy !== undefined) {
    // Given up between its place and its start.
    place.release();
    return ticket.stoppedBy;
  }
  const { job, snapshot } = ticket.captured;
  const { processId, threadId } = place.lease;
  record.started();
  office.attempts.set(attempt.id, attempt);
  ticket.begin(attempt, (error) => office.pool.cancel(place.lease, attempt.id, error));
  const who = { jobId: job.id, tenant: job.tenant };
  office.events.emit(snapshot, 'job:started', { ...who, processId, threadId });
  return new Promise((resolve, reject) => {
    report(office, { attempt, message }, record).then(resolve, reject);
    ticket.whenStopped((error) => {
      // Not the thread of an attempt that is over, where the job was given up as it waited for the next.
      const isOver = !office.attempts.has(attempt.id);
      // Not in the context of whoever gave the job up, either.
      if (!isOver) office.root.run(() => void lookAfterThread(office, attempt));
      resolve(error);
    });
  });
}

// What becomes of the attempt in its thread; its place is free then.
async function report(
  office: Office,
  { attempt, message }: Carried,
  record: JobRecord,
): Promise<AttemptEnd> {
  const { place } = attempt;
  try {
    const host = serveAttempt(office, attempt, record);
    const made = await office.pool.run(place.lease, message, host);
    heedReport(office, attempt, made);
    record.reported(made, attempt.beganMs);
    return made;
  } catch (error) {
    return toWaybillError(error);
  } finally {
    office.attempts.delete(attempt.id);
    record.stopped();
    place.release();
  }
}

const cutCodes: readonly ErrorCode[] = [
  'ERR_WAYBILL_GUEST_CPU_LIMIT',
  'ERR_WAYBILL_DEADLINE_EXCEEDED',
  'ERR_WAYBILL_WORKER_UNRESPONSIVE',
];

/** Step 7: decides how the job ended, once. */
function settle(ticket: JobTicket, end: AttemptEnd): Settled {
  ticket.settle();
  const fail = (error: WaybillError): Settled => ({ ok: false, error: withSite(error, ticket) });
  const reason = reasonOfLoss(ticket, end);
  if (reason !== undefined) return fail(reason);
  if (end instanceof Error) return fail(end);
  const { settlement } = end;
  if (!settlement.ok)
    return fail(lastWord(ticket, toWaybillError(errorFromWire(settlement.error))));
  // Measured by its thread before; here in case a guest got hold of its process.
  const { resultBytes } = ticket.captured.job.limits;
  if (parcelByteLength(settlement.value) > resultBytes) {
    const words = `the result takes more than ${resultBytes} bytes (resultBytes)`;
    return fail(makeError('ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', words));
  }
  try {
    return { ok: true, value: readParcel(settlement.value) };
  } catch (cause) {
    const words = 'the result came out unreadable';
    return fail(makeError('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE', words, { cause }));
  }
}

// A guest that was cut off before its thread heard that it is to stop has stopped for that reason all the same.
function lastWord({ askedToStop }: JobTicket, error: WaybillError): WaybillError {
  return askedToStop !== undefined && cutCodes.includes(error.code) ? askedToStop : error;
}

// What is known of a loss beyond the loss itself.
function reasonOfLoss(ticket: JobTicket, end: AttemptEnd): WaybillError | undefined {
  if (lossOf(end) === undefined) return undefined;
  const lost = ticket.attempt?.lost;
  // Where somebody had asked for its end, the job got it in another way.
  return lost?.verdict === 'culprit' ? culpritError(lost.loss) : ticket.askedToStop;
}

/** Step 8: adds up what the last attempt used, and how long the job waited until then. */
function billOf({ captured, attempt }: JobTicket, end: AttemptEnd): Bill {
  const nowMs = performance.now();
  const { submittedMs } = captured;
  if (end instanceof Error) {
    // Of a job whose thread did not report, only the times are known.
    const startedMs = attempt?.beganMs ?? nowMs;
    const nothing = { cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };
    return { queueMs: startedMs - submittedMs, wallMs: nowMs - startedMs, ...nothing };
  }
  const { cpuMs, heapBytes, hostCalls, hostWaitMs, logBytes } = end.usage;
  // Clocks of two processes differ a little, and one that a guest took over may say anything.
  const startedMs = Math.min(Math.max(end.usage.startedMs, attempt?.beganMs ?? submittedMs), nowMs);
  const used = { cpuMs, heapBytes, hostCalls, hostWaitMs, logBytes };
  return { queueMs: startedMs - submittedMs, wallMs: nowMs - startedMs, ...used };
}

/** Step 9: ends the job's rights, tells the listeners and hands the outcome over. */
function release(
  office: Office,
  ticket: JobTicket,
  { end, settled, bill }: { end: AttemptEnd; settled: Settled; bill: Bill },
): Outcome {
  const { job, snapshot } = ticket.captured;
  ticket.attempt?.end(settled.ok ? undefined : settled.error);
  office.tickets.delete(job.id);
  ticket.trail.here('back', performance.now());
  const { logs, hops } = end instanceof Error ? { logs: [], hops: [] } : end;
  const kept = logs.filter((_line, index) => isLineWithin(index, job.limits));
  const trail = ticket.trail.with(hops);
  const { attemptCount } = ticket;
  const escalation = escalationOf(ticket, end);
  const who = { jobId: job.id, tenant: job.tenant };
  const how = {
    ...(escalation === undefined ? {} : { escalation }),
    ...(attemptCount > 1 ? { attemptCount } : {}),
  };
  const code = settled.ok ? {} : { code: settled.error.code };
  office.events.emit(snapshot, 'job:settled', { ...who, ok: settled.ok, ...code, ...how, bill });
  return {
    ...settled,
    ...who,
    logs: kept,
    bill,
    ...how,
    ...(trail === undefined ? {} : { trail }),
  };
}

function escalationOf({ attempt }: JobTicket, end: AttemptEnd): EscalationStep | undefined {
  if (!(end instanceof Error)) return end.escalation;
  const how = attempt?.lost?.loss.how;
  return lossOf(end) !== undefined && how !== undefined && wasKilled(how) ? 'kill' : undefined;
}

// The error keeps the stacks of the other sides; where the job was submitted is known only here.
function withSite(error: WaybillError, { captured }: JobTicket): WaybillError {
  const submitter = captured.site.stack ?? '';
  const { code, message, details, cause, stackOf } = error;
  const told = makeError(code, message, { details, cause, stackOf: { ...stackOf, submitter } });
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
