import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ContextSnapshot } from '@waybill/context';
import { formatTraceParent, parseTraceParent, startTrace } from '@waybill/context/w3c';
import { type WaybillError, makeError } from '@waybill/protocol';
import type { ExecuteOptions, Executor, LeasedAttempt } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { signOn } from './executor-row.ts';
import { JobExecutor } from './job-executor.ts';
import type { LeasedJob } from './leased-job.ts';
import { type ExecutorTimings, defaultTimings } from './timings.ts';

/**
 * Starts to take jobs and run them. What an earlier executor of the same name held is in line again when this resolves.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for options that are not as documented, `ERR_WAYBILL_DATABASE_UNAVAILABLE`
 */
export async function startExecutor(
  office: QueueOffice,
  options: ExecuteOptions,
  timings: Partial<ExecutorTimings> = {},
): Promise<Executor> {
  const { run, slots, name = hostname() } = options;
  if (!Number.isInteger(slots) || slots < 1 || slots > 1_000) {
    throw makeError('ERR_WAYBILL_INVALID_OPTIONS', `slots: expected 1 to 1000, got ${slots}`);
  }
  const identity = { id: randomUUID(), name, slots };
  const traceOf = (job: LeasedJob): string => traceFor(office, options, job);
  const onUnopened = (job: LeasedJob, error: WaybillError): void => {
    try {
      options.onUnopened?.(factsOf(job), error);
    } catch (thrown) {
      office.onError(thrown);
    }
  };
  return ContextSnapshot.root.run(async () => {
    const allTimings = { ...defaultTimings, ...timings };
    await signOn(office, identity, allTimings);
    const executor = new JobExecutor({
      office,
      identity,
      run,
      traceOf,
      onUnopened,
      timings: allTimings,
    });
    await executor.start();
    return executor;
  });
}

function traceFor({ onError }: QueueOffice, { traceOf }: ExecuteOptions, job: LeasedJob): string {
  try {
    const trace = traceOf?.(factsOf(job));
    if (trace !== undefined && parseTraceParent(trace) !== undefined) return trace;
  } catch (error) {
    onError(error);
  }
  // A fresh trace is always valid.
  return formatTraceParent(startTrace()) ?? '';
}

function factsOf({
  id: jobId,
  tenant,
  attemptCount: attempt,
  submittedTrace,
}: LeasedJob): Pick<LeasedAttempt, 'jobId' | 'tenant' | 'attempt' | 'submittedTrace'> {
  return { jobId, tenant, attempt, submittedTrace: submittedTrace ?? undefined };
}
