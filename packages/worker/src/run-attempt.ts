import {
  type AttemptMessage,
  type AttemptReport,
  type AttemptUsage,
  type EscalationStep,
  type LogLine,
  type WaybillError,
  errorToWire,
  toWaybillError,
} from '@waybill/protocol';
import { GuestJob, type GuestRealm, type PreparedProgram, type Settlement } from '@waybill/sandbox';
import { endGuest, giveBackWhenIdle } from './end-guest.ts';
import { answerHostCalls } from './host-calls.ts';
import type { PoolThread } from './pool-thread.ts';
import { realmFor } from './realm-for.ts';
import type { RealmLease } from './realm-lease.ts';
import { RunningAttempt } from './running-attempt.ts';

/**
 * The inner half of a job's life, in the pool thread: rebind, run, settle, bill, release. The outer half is
 * `run-job.ts` of the orchestrator package.
 *
 * @returns the report, whatever happens; never rejects
 */
export async function runAttempt(
  thread: PoolThread,
  message: AttemptMessage,
): Promise<AttemptReport> {
  const attempt = rebind(thread, message);
  if (attempt instanceof Error) return refuse(attempt);
  const reboundMs = performance.now();
  const ran = await run(thread, attempt);
  const steps = { rebindMs: reboundMs - attempt.startedMs, runMs: performance.now() - reboundMs };
  // A call that its guest did not wait for is served as well: until it has begun, the job's context is not revoked.
  await attempt.hostCallsBegun();
  const settlement = settle(ran);
  const usage = await bill(attempt, ran);
  release(thread, attempt, ran);
  // A host call that its guest did not wait for must not be overtaken by the report, which goes another way: a call
  // that was made is served.
  if (attempt.hasCallsThere) attempt.hasTold(thread.tell('catchUp', []));
  await attempt.allTold();
  const { escalation, job } = ran;
  const report = { settlement, usage, steps, logs: job?.logs ?? [], hops: attempt.hops.hops };
  return escalation === undefined ? report : { ...report, escalation };
}

/** What became of a run, and what it holds until it is released. */
interface Ran {
  readonly end: Settlement;
  /** The last step that it took to end the guest, if it did not end by itself. */
  readonly escalation?: EscalationStep | undefined;
  readonly job?: GuestJob;
  readonly lease?: RealmLease;
}

/** Step 5: makes the carried context the job's context in this thread; or gives why it cannot be read here. */
function rebind(thread: PoolThread, message: AttemptMessage): RunningAttempt | WaybillError {
  try {
    const attempt = new RunningAttempt(message, thread.id);
    thread.open(message.attemptId, attempt);
    return attempt;
  } catch (error) {
    return toWaybillError(error);
  }
}

const nothingUsed = { cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 };

function refuse(error: WaybillError): AttemptReport {
  const usage = { startedMs: performance.now(), ...nothingUsed };
  return { settlement: { ok: false, error: errorToWire(error) }, usage, logs: [], hops: [] };
}

/** Step 6: runs the guest in a realm, until the job settles and its guest has stopped. */
async function run(thread: PoolThread, attempt: RunningAttempt): Promise<Ran> {
  try {
    const { target } = attempt.message;
    const program = target.kind === 'program' ? thread.programs.prepare(target.program) : undefined;
    const lease = await realmFor(thread, attempt);
    try {
      const job = startGuest(thread, attempt, { realm: lease.realm, program });
      const end = await job.settled;
      // What a guest does behind its result is computing like all else; it is ended like all else, too.
      const escalation = await endGuest(job, lease);
      return { end, escalation, job, lease };
    } catch (error) {
      lease.release(true);
      throw error;
    }
  } catch (thrown) {
    const error = toWaybillError(thrown);
    const escalation = thread.warmFunctions.hasWedged(error) ? 'wedge' : undefined;
    return { end: { ok: false, error }, escalation };
  }
}

function startGuest(
  thread: PoolThread,
  attempt: RunningAttempt,
  { realm, program }: { realm: GuestRealm; program: PreparedProgram | undefined },
): GuestJob {
  const { attemptId, guestContext, streamsLog, trail } = attempt.message;
  const { input, limits, deadlineMs, submittedMs } = attempt.message;
  const onLog = (line: LogLine): void => attempt.hasTold(thread.tell('logged', [attemptId, line]));
  const job = new GuestJob(realm, {
    attemptId,
    input,
    limits,
    context: guestContext,
    deadlineMs,
    submittedMs,
    program,
    hostCall: answerHostCalls(thread, attempt),
    onLog: streamsLog ? onLog : undefined,
    onSeen: trail ? (seen) => attempt.hops.isolate(realm.id, seen) : undefined,
  });
  attempt.begin(job);
  return job;
}

/** Step 7: puts how the job ended into the form that crosses threads. */
function settle({ end }: Ran): AttemptReport['settlement'] {
  return end.ok ? end : { ok: false, error: errorToWire(end.error) };
}

/** Step 8: adds up what the attempt used here. */
async function bill(
  { startedMs }: RunningAttempt,
  { end, job, lease }: Ran,
): Promise<AttemptUsage> {
  // Asking a guest that was cut off would mean to wait for it.
  const heapBytes = end.ok && lease !== undefined ? await lease.heapBytes() : 0;
  return { startedMs, ...nothingUsed, ...job?.usage(), heapBytes };
}

/** Step 9: ends the job's rights and gives the realm back, once its guest has stopped. */
function release(thread: PoolThread, attempt: RunningAttempt, { job, lease }: Ran): void {
  thread.forget(attempt.message.attemptId);
  attempt.context.revoke();
  attempt.callGate[Symbol.dispose]();
  if (job === undefined || lease === undefined) return;
  if (job.leavesRealmUnsure) void giveBackWhenIdle(job, lease);
  else lease.release(false);
}
