import { type FunctionProgram, makeError } from '@waybill/protocol';
import type { PoolThread } from './pool-thread.ts';
import type { RealmLease } from './realm-lease.ts';
import type { RunningAttempt } from './running-attempt.ts';

function leaseRealm(thread: PoolThread, { message }: RunningAttempt): Promise<RealmLease> {
  const { attemptId, target, tenant, limits, reuse } = message;
  if (target.kind === 'function') {
    const key = target.functionKey;
    const program = (): Promise<FunctionProgram> => thread.submitter.call('functionProgram', [key]);
    return thread.warmFunctions.lease({ key, tenant, attemptId, program });
  }
  return reuse === 'never'
    ? thread.tenantRealms.leaseAlone(tenant, limits.memoryBytes)
    : thread.tenantRealms.leaseShared(tenant, limits.memoryBytes);
}

/**
 * Finds the realm for an attempt, as its `reuse` or its function asks. A function that takes long to warm up counts
 * against the job's deadline like everything else.
 *
 * @throws what making the realm failed with, or why the attempt was stopped before there was one
 */
export async function realmFor(thread: PoolThread, attempt: RunningAttempt): Promise<RealmLease> {
  const { limits, deadlineMs } = attempt.message;
  const stop = (): void => {
    const words = `no realm was ready ${limits.wallMs} ms after submit`;
    const details = { wallMs: limits.wallMs };
    attempt.stop(makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', words, { details }));
  };
  const leftMs = deadlineMs - performance.now();
  // The thread comes too late to it: the guest is not let in at all.
  if (leftMs <= 0) {
    stop();
    throw await attempt.stopped;
  }
  const overdue = setTimeout(stop, leftMs);
  const leasing = leaseRealm(thread, attempt);
  const first = await Promise.race([leasing, attempt.stopped]).finally(() => clearTimeout(overdue));
  if (!(first instanceof Error)) return first;
  leasing.then(
    (lease) => lease.release(false),
    // This job has been told why it ended; why its realm could not be had as well is for the next one to hear.
    () => undefined,
  );
  throw first;
}
