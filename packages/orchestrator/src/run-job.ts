import {
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
import { type RunOptions, capture } from './capture.ts';
import { carry } from './carry.ts';
import type { JobTicket } from './job-ticket.ts';
import { leaseSlot } from './lease-slot.ts';
import type { Office } from './office.ts';
import { serveAttempt } from './serve-attempt.ts';
import { watch } from './watch.ts';

/**
 * The life of a job: capture, admit, lease, carry, (in the thread: rebind, run), settle, bill, release.
 * The inner half is `run-attempt.ts` of the worker package.
 *
 * @throws what `capture` and `admit` refuse a job with; whatever happens after is in the outcome
 */
export async function runJob(
  office: Office,
  spec: JobSpec,
  options: RunOptions,
  site: { readonly stack?: string },
): Promise<Outcome> {
  const captured = capture(office, spec, options, site);
  const ticket = admit(office, captured);
  const unwatch = watch(office, ticket, options.signal);
  const lease = await leaseSlot(office, ticket);
  const report = lease instanceof Error ? lease : await run(office, ticket, lease);
  const settled = settle(ticket, report);
  const bill = billOf(ticket, report);
  return release(office, ticket, settled, bill, report, unwatch);
}

type Settled = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WaybillError };

/** Steps 4 to 6: carries the job over and lets the thread rebind and run it. */
async function run(office: Office, ticket: JobTicket, lease: PoolLease): Promise<AttemptReport | WaybillError> {
  const { job, snapshot } = ticket.captured;
  const message = carry(office, ticket);
  ticket.begin((error) => office.pool.cancel(lease, ticket.attemptId, error));
  const { threadId } = lease;
  office.events.emit(snapshot, 'job:started', { jobId: job.id, tenant: job.tenant, threadId });
  const running = office.pool
    .run(lease, message, serveAttempt(office, ticket))
    .catch((error: unknown) => toWaybillError(error))
    .finally(() => lease.release());
  return Promise.race([running, ticket.stopped]);
}

/** Step 7: decides how the job ended, once. */
function settle(ticket: JobTicket, report: AttemptReport | WaybillError): Settled {
  ticket.settle();
  if (report instanceof Error) return { ok: false, error: withSite(report, ticket) };
  const { settlement } = report;
  if (!settlement.ok) {
    return { ok: false, error: withSite(toWaybillError(errorFromWire(settlement.error)), ticket) };
  }
  try {
    return { ok: true, value: readParcel(settlement.value) };
  } catch (cause) {
    const error = makeError('ERR_WAYBILL_INTERNAL', 'the result came back unreadable', { cause });
    return { ok: false, error: withSite(error, ticket) };
  }
}

/** Step 8: what the job used. */
function billOf({ captured }: JobTicket, report: AttemptReport | WaybillError): Bill {
  const nowMs = performance.now();
  if (report instanceof Error) {
    const nothing = { cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };
    return { queueMs: nowMs - captured.submittedMs, wallMs: 0, ...nothing };
  }
  const { startedMs, ...used } = report.usage;
  return { queueMs: startedMs - captured.submittedMs, wallMs: nowMs - startedMs, ...used };
}

/** Step 9: ends the job's rights, tells the listeners and hands the outcome over. */
function release(
  office: Office,
  ticket: JobTicket,
  settled: Settled,
  bill: Bill,
  report: AttemptReport | WaybillError,
  unwatch: () => void,
): Outcome {
  const { job, snapshot } = ticket.captured;
  unwatch();
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
  const { code, message, details, cause, stacks } = error;
  const told = makeError(code, message, { details, cause, stacks: { ...stacks, submitter } });
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
