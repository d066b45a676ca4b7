import { type HostFunction, type Parcel, callHostFunction, makeError } from '@waybill/protocol';
import type { AttemptHost } from '@waybill/pool';
import type { JobTicket } from './job-ticket.ts';
import type { Office } from './office.ts';
import { throwUncaught } from './throw-uncaught.ts';

function findFunction(office: Office, name: string): HostFunction {
  const fn = office.hostFunctions.get(name);
  if (fn !== undefined) return fn;
  throw makeError('ERR_WAYBILL_HOST_FUNCTION_UNKNOWN', `there is no host function named ${name}`);
}

/** What the submitting thread does for a running attempt: host functions in the submitter's exact context, log lines. */
export function serveAttempt(office: Office, ticket: JobTicket): AttemptHost {
  const { job, snapshot, onLog } = ticket.captured;
  const who = { jobId: job.id, tenant: job.tenant };

  const call = async (
    name: string,
    args: Parcel,
    callGuest: (callbackId: number, args: Parcel) => Promise<Parcel>,
  ): Promise<Parcel> => {
    const startedMs = performance.now();
    let ok = false;
    try {
      const result = await callHostFunction(findFunction(office, name), {
        name,
        args,
        callGuest,
        limits: job.limits,
      });
      ok = true;
      return result;
    } finally {
      const tookMs = performance.now() - startedMs;
      ticket.trail.here('host call', startedMs, { name, tookMs });
      office.events.emit(snapshot, 'host:called', { ...who, name, side: 'submitter', tookMs, ok });
    }
  };
  return {
    // Refuses, once the job has settled: its context is revoked then.
    hostCall: (name, args, callGuest) => ticket.context.run(call, name, args, callGuest),
    hostCalled: (ended) => {
      if (ticket.state === 'settled') return;
      office.events.emit(snapshot, 'host:called', { ...who, ...ended, side: 'worker' });
    },
    logged: (line) => {
      // One that was given up without its thread: after its outcome nothing is heard of it.
      if (ticket.state === 'settled') return;
      try {
        if (onLog !== undefined) snapshot.run(onLog, line);
      } catch (error) {
        snapshot.run(throwUncaught, error);
      }
      office.events.emit(snapshot, 'job:logged', { ...who, line });
    },
  };
}
