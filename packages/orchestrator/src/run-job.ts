import {
  type AttemptMessage,
  type AttemptReport,
  type Bill,
  type JobSpec,
  type Outcome,
  type WaybillError,
  errorFromWire,
  makeError,
  readParcel,
  toWaybillError,
} from '@waybill/protocol';
import type { PoolLease } from '@waybill/pool';
import { admit } from './admit.ts';
import { type RunRequest, capture } from './capture.ts';
import { carry } from './carry.ts';
import type { JobTicket } from './job-ticket.ts';
import { leaseSlot } from './lease-slot.ts';
import type { Office } from './office.ts';
import { serveAttempt } from './serve-attempt.ts';
import { watch } from './watch.ts';

/**
 * The life of a job: capture, admit, lease, carry, then in the thread rebind and run, then settle, bill, release. The
 * inner half is `run-attempt.ts` of the worker package.
 *
 * @throws what `capture` and `admit` refuse a job with; whatever happens after is in the outcome
 */
export async function runJob(office: Office, spec: JobSpec, request: RunRequest): Promise<Outcome> {
  const captured = capture(office, spec, request);
  const ticket = admit(office, captured);
  using watching = watch(office, ticket, request.signal);
  const leased = await leaseSlot(office, ticket);
  const message = carry(office, ticket);
  const report = await dispatch(office, ticket, { leased, message });
  const settled = settle(ticket, report);
  const bill = billOf(ticket, report);
  watching[Symbol.dispose]();
  return release(office, ticket, { report, settled, bill });
}

type Report = AttemptReport | WaybillError;
type Settled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WaybillError };

/** Steps 5 and 6: hands the job to its thread, which rebinds and runs it, and waits for the report, but not for ever. */
async function dispatch(
  office: Office,
  ticket: JobTicket,
  { leased, message }: { leased: PoolLease | WaybillError; message: AttemptMessage },
): Promise<Report> {
  if (leased instanceof Error) return leased;
  if (ticket.stoppedBy !== undefined) {
    // Given up between its place and its start.
    leased.release();
    return ticket.stoppedBy;
  }
  const { job, snapshot } = ticket.captured;
  const { threadId } = leased;
  ticket.begin((error) => office.pool.cancel(leased, ticket.attemptId, error));
  office.events.emit(snapshot, 'job:started', { jobId: job.id, tenant: job.tenant, threadId });
  const running = office.pool
    .run(leased, message, serveAttempt(office, ticket))
    .catch((error: unknown) => toWaybillError(error))
    .finally(() => leased.release());
  const abandoned = ticket.stopped.then((error) => {
    office.pool.suspect(leased);
    return error;
  });
  return Promise.race([running, abandoned]);
}

/** Step 7: decides how the job ended, once. */
function settle(ticket: JobTicket, report: Report): Settled {
  ticket.settle();
  if (report instanceof Error) return { ok: false, error: withSite(report, ticket) };
  const { settlement } = report;
  if (!settlement.ok) {
    return { ok: false, error: withSite(toWaybillError(errorFromWire(settlement.error)), ticket) };
  }
  try {
    return { ok: true, value: readParcel(settlement.value) };
  } catch (cause) {
    const words = 'the result came out unreadable';
    const error = makeError('ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE', words, { cause });
    return { ok: false, error: withSite(error, ticket) };
  }
}

/** Step 8: adds up what the job used. */
function billOf({ captured, beganMs }: JobTicket, report: Report): Bill {
  const nowMs = performance.now();
  const nothing = { cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };
  // Of a job whose thread did not report, only the times are known.
  const usage =
    report instanceof Error ? { startedMs: beganMs ?? nowMs, ...nothing } : report.usage;
  const { startedMs, ...used } = usage;
  return { queueMs: startedMs - captured.submittedMs, wallMs: nowMs - startedMs, ...used };
}

/** Step 9: ends the job's rights, tells the listeners and hands the outcome over. */
function release(
  office: Office,
  ticket: JobTicket,
  { report, settled, bill }: { report: Report; settled: Settled; bill: Bill },
): Outcome {
  const { job, snapshot } = ticket.captured;
  ticket.context.revoke(settled.ok ? undefined : settled.error);
  office.tickets.delete(job.id);
  ticket.trail.here('back', performance.now());
  const { logs, hops } = report instanceof Error ? { logs: [], hops: [] } : report;
  const trail = ticket.trail.with(hops);
  const who = { jobId: job.id, tenant: job.tenant };
  const code = settled.ok ? {} : { code: settled.error.code };
  office.events.emit(snapshot, 'job:settled', { ...who, ok: settled.ok, ...code, bill });
  return { ...settled, ...who, logs, bill, ...(trail === undefined ? {} : { trail }) };
}

// The error keeps the stacks of the other sides; where the job was submitted is known only here.
function withSite(error: WaybillError, { captured }: JobTicket): WaybillError {
  const submitter = captured.site.stack ?? '';
  const { code, message, details, cause, stackOf } = error;
  const told = makeError(code, message, { details, cause, stackOf: { ...stackOf, submitter } });
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
