import { type DurableJob, type WaybillError, makeError } from '@waybill/protocol';

/** Makes the error for a job with which this cannot be done where it stands. */
export function refuseState({ id, state }: DurableJob, expected: string): WaybillError {
  const words = `expected a job that is ${expected}, job ${id} is ${state}`;
  return makeError('ERR_WAYBILL_JOB_STATE', words, { details: { jobId: id, state } });
}
