import { type Parcel, callHostFunction, makeError } from '@waybill/protocol';
import type { HostCall, HostCallHandler } from '@waybill/sandbox';
import type { PoolThread } from './pool-thread.ts';
import type { RunningAttempt } from './running-attempt.ts';

/**
 * Makes what answers one attempt's host calls: functions of this thread run here with the carried context, all
 * others in the submitting thread. Which job calls is decided by this closure.
 */
export function answerHostCalls(thread: PoolThread, attempt: RunningAttempt): HostCallHandler {
  const { attemptId, limits, deadlineMs } = attempt.message;

  const callHere = async (call: HostCall): Promise<Parcel> => {
    const fn = thread.hostFunctions.get(call.name);
    if (fn === undefined) return callThere(call);
    // Whether the attempt has had effects decides if it may be run again, so that is known before there are any.
    await attempt.hostCalling(() =>
      thread.submitter.call('hostCalling', [attemptId], { deadlineMs }),
    );
    if (attempt.context.revoked) throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job has ended');
    const startedMs = performance.now();
    let ok = false;
    try {
      const result = await callHostFunction(fn, { ...call, limits });
      ok = true;
      return result;
    } finally {
      const tookMs = performance.now() - startedMs;
      attempt.hops.hostCall(call.name, startedMs, tookMs);
      if (attempt.message.streamsHostCalls) {
        attempt.hasTold(thread.tell('hostCalled', [attemptId, { name: call.name, tookMs, ok }]));
      }
    }
  };
  const send = async ({ name, args }: HostCall): Promise<Parcel> => {
    using _ = await attempt.callGate.enter(args);
    return await thread.submitter.call('hostCall', [attemptId, name, args], { deadlineMs });
  };
  const callThere = (call: HostCall): Promise<Parcel> => {
    attempt.openCallbacks(call.callGuest);
    return attempt.waitsThere(send(call));
  };
  // The addon calls in no context at all; from here on it is the job's.
  return attempt.context.bind(callHere);
}
