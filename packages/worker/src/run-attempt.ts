import { ContextSnapshot, JobContext } from '@waybill/context';
import {
  type AttemptMessage,
  type AttemptReport,
  type AttemptUsage,
  type FunctionProgram,
  errorToWire,
  makeError,
  toWaybillError,
} from '@waybill/protocol';
import { GuestJob, type PreparedProgram, type Settlement } from '@waybill/sandbox';
import { HopLog } from './hop-log.ts';
import { answerHostCalls } from './host-calls.ts';
import type { PoolThread } from './pool-thread.ts';
import type { RealmLease } from './realm-lease.ts';
import { RunningAttempt } from './running-attempt.ts';

/** How long a guest that was stopped may go on computing before its isolate is disposed under it. */
const interruptGraceMs = 100;

/**
 * The inner half of a job's life, in the pool thread: rebind, run, settle, bill, release.
 *
 * Never rejects: whatever goes wrong is the report's error.
 */
export async function runAttempt(thread: PoolThread, message: AttemptMessage): Promise<AttemptReport> {
  const bound = rebind(thread, message);
  const run = await runInRealm(thread, message, bound);
  const settlement = settle(run.settlement);
  const usage = bill(bound, run.job);
  release(thread, message, bound, run);
  return { settlement, usage, logs: run.job?.logs ?? [], hops: bound.hops.hops };
}

interface Bound {
  readonly startedMs: number;
  readonly context: JobContext;
  readonly attempt: RunningAttempt;
  readonly hops: HopLog;
}

/** Makes the carried context the job's context in this thread. */
function rebind(thread: PoolThread, message: AttemptMessage): Bound {
  const { jobId, attemptId, deadlineMs } = message;
  const startedMs = performance.now();
  const snapshot = ContextSnapshot.fromWire(message.context);
  const context = new JobContext({ jobId, snapshot, deadlineMs });
  const attempt = new RunningAttempt();
  thread.attempts.set(attemptId, attempt);
  const hops = new HopLog(message, thread.id);
  context.run(() => hops.worker());
  return { startedMs, context, attempt, hops };
}

interface Run {
  readonly settlement: Settlement;
  readonly job?: GuestJob;
  readonly lease?: RealmLease;
}

/** Runs the guest in a realm, until the job settles. */
async function runInRealm(thread: PoolThread, message: AttemptMessage, bound: Bound): Promise<Run> {
  try {
    const program = programOf(thread, message);
    const lease = await leaseInTime(thread, message, bound);
    const job = startGuest(thread, message, bound, lease, program);
    bound.attempt.begin(job);
    return { settlement: await job.settled, job, lease };
  } catch (error) {
    return { settlement: { ok: false, error: toWaybillError(error) } };
  }
}

function programOf(thread: PoolThread, { target }: AttemptMessage): PreparedProgram | undefined {
  return target.kind === 'program' ? thread.programs.prepare(target.program) : undefined;
}

function leaseRealm(thread: PoolThread, message: AttemptMessage): Promise<RealmLease> {
  const { target, tenant, limits, reuse } = message;
  if (target.kind === 'function') {
    const key = target.functionKey;
    const program = (): Promise<FunctionProgram> =>
      thread.submitter.call('functionProgram', [key]);
    return thread.warmFunctions.lease({ key, tenant, program });
  }
  return reuse === 'never'
    ? thread.tenantRealms.leaseAlone(tenant, limits.memoryBytes)
    : thread.tenantRealms.leaseShared(tenant, limits.memoryBytes);
}

// A function that takes long to warm up, or an isolate that takes long to make, counts against the deadline too.
async function leaseInTime(thread: PoolThread, message: AttemptMessage, bound: Bound): Promise<RealmLease> {
  const { wallMs } = message.limits;
  const overdue = setTimeout(() => {
    const words = `no realm was ready ${wallMs} ms after submit`;
    bound.attempt.stop(makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', words, { details: { wallMs } }));
  }, message.deadlineMs - performance.now());
  const leasing = leaseRealm(thread, message);
  const first = await Promise.race([leasing, bound.attempt.stopped]).finally(() => clearTimeout(overdue));
  if (!(first instanceof Error)) return first;
  leasing.then(
    (lease) => lease.release(false),
    // The job has been told why it ended; why its realm could not be had as well is for the next one to hear.
    () => undefined,
  );
  throw first;
}

function startGuest(
  thread: PoolThread,
  message: AttemptMessage,
  { context, attempt, hops }: Bound,
  { realm }: RealmLease,
  program: PreparedProgram | undefined,
): GuestJob {
  const { attemptId, input, limits, guestContext, deadlineMs, submittedMs } = message;
  return new GuestJob(realm, {
    input,
    limits,
    context: guestContext,
    deadlineMs,
    submittedMs,
    program,
    hostCall: answerHostCalls(thread, message, context, attempt, hops),
    onLog: message.streamsLog ? (line) => thread.tell('logged', [attemptId, line]) : undefined,
    onSeen: message.trail ? (seen) => hops.isolate(realm.id, seen) : undefined,
  });
}

/** Puts how the job ended into the form that crosses threads. */
function settle(settlement: Settlement): AttemptReport['settlement'] {
  return settlement.ok ? settlement : { ok: false, error: errorToWire(settlement.error) };
}

/** Adds up what the attempt used here. */
function bill({ startedMs }: Bound, job: GuestJob | undefined): AttemptUsage {
  const nothing = { cpuMs: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };
  return { startedMs, heapBytes: 0, ...(job?.usage() ?? nothing) };
}

/** Ends the job's rights and gives the realm back, once its guest has stopped. */
function release(thread: PoolThread, message: AttemptMessage, bound: Bound, run: Run): void {
  thread.attempts.delete(message.attemptId);
  bound.context.revoke();
  const { job, lease } = run;
  if (lease === undefined) return;
  if (job === undefined || !job.leavesRealmUnsure) lease.release(false);
  else void releaseWhenIdle(job, lease);
}

// A guest that was stopped while it computed is still at it: its turn has a limit of its own, but that may be far.
async function releaseWhenIdle(job: GuestJob, lease: RealmLease): Promise<void> {
  const overdue = setTimeout(() => void lease.realm.isolate.dispose(), interruptGraceMs);
  await job.idle();
  clearTimeout(overdue);
  lease.release(job.wasCut);
}
