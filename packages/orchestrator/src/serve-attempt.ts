import {
  type ErrorCode,
  type HostFunction,
  type Parcel,
  callHostFunction,
  isWaybillError,
  makeError,
} from '@waybill/protocol';
import type { AttemptHost } from '@waybill/pool';
import type { Attempt } from './attempt.ts';
import type { Office } from './office.ts';
import type { JobRecord } from './telemetry/job-record.ts';
import { throwUncaught } from './throw-uncaught.ts';
import { TrafficCount } from './traffic-count.ts';

function findFunction(office: Office, name: string): HostFunction {
  const fn = office.hostFunctions.get(name);
  if (fn !== undefined) return fn;
  throw makeError('ERR_WAYBILL_HOST_FUNCTION_UNKNOWN', `there is no host function named ${name}`);
}

/** What the submitting thread does for a running attempt: host functions in the submitter's exact context, log lines. */
export function serveAttempt(office: Office, attempt: Attempt, record: JobRecord): AttemptHost {
  const { trail, captured } = attempt.ticket;
  const { job, snapshot, onLog } = captured;
  const who = { jobId: job.id, tenant: job.tenant };
  const traffic = new TrafficCount(job.limits);

  const call = async (
    name: string,
    args: Parcel,
    callGuest: (callbackId: number, args: Parcel) => Promise<Parcel>,
  ): Promise<Parcel> => {
    const startedMs = performance.now();
    let code: ErrorCode | undefined;
    try {
      const fn = findFunction(office, name);
      return await callHostFunction(fn, { name, args, callGuest, limits: job.limits });
    } catch (error) {
      code = isWaybillError(error) ? error.code : 'ERR_WAYBILL_HOST_FUNCTION_THREW';
      throw error;
    } finally {
      const tookMs = performance.now() - startedMs;
      const ok = code === undefined;
      trail.here('host call', startedMs, { name, tookMs });
      const known = office.hostFunctions.has(name) ? name : undefined;
      record.hostCall({ name: known, startedMs, tookMs, code });
      office.events.emit(snapshot, 'host:called', { ...who, name, side: 'submitter', tookMs, ok });
    }
  };
  return {
    // Both refuse once the attempt is over, also where another one at the same job runs.
    hostCall: (name, args, callGuest) => {
      attempt.callsHost();
      traffic.callBegins();
      return attempt.context.run(call, name, args, callGuest).finally(() => traffic.callEnds());
    },
    hostCalling: () => attempt.callsHost(),
    hostCalled: (ended) => {
      if (attempt.isOver) return;
      office.events.emit(snapshot, 'host:called', { ...ended, ...who, side: 'worker' });
    },
    logged: (line) => {
      // Given up without its thread: nothing is heard of it any more.
      if (attempt.isOver || !traffic.line()) return;
      try {
        if (onLog !== undefined) snapshot.run(onLog, line);
      } catch (error) {
        snapshot.run(throwUncaught, error);
      }
      office.events.emit(snapshot, 'job:logged', { ...who, line });
    },
  };
}
