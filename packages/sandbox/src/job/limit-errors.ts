import {
  type Limits,
  type Parcel,
  type WaybillError,
  makeError,
  parcelByteLength,
} from '@waybill/protocol';

/** The job's guest used up its computing time. */
export function cpuLimitError({ cpuMs }: Limits): WaybillError {
  const words = `the guest computed for more than ${cpuMs} ms`;
  return makeError('ERR_WAYBILL_GUEST_CPU_LIMIT', words, { details: { cpuMs } });
}

/** The job's turn was the one in which the isolate's heap grew too large. */
export function memoryLimitError({ memoryBytes }: Limits): WaybillError {
  const words = `the isolate's heap grew past ${memoryBytes} bytes`;
  return makeError('ERR_WAYBILL_GUEST_MEMORY_LIMIT', words, { details: { memoryBytes } });
}

/** The guest waits for a promise that nothing can settle. */
export function neverSettlesError(): WaybillError {
  const words =
    'the guest can never settle: it waits, and no host call, timer or callback is under way that could wake it';
  return makeError('ERR_WAYBILL_GUEST_NEVER_SETTLES', words);
}

/** The isolate went away under a job that was not to blame. */
export function isolateLostError(): WaybillError {
  const words = 'the isolate that the job shared with other jobs of its tenant was lost';
  return makeError('ERR_WAYBILL_ISOLATE_LOST', words);
}

/** The deadline passed; `pending` names the host functions that the guest waited for, if that was all it did. */
export function deadlineError({ wallMs }: Limits, pending: readonly string[]): WaybillError {
  if (pending.length === 0) {
    const words = `the guest had not settled ${wallMs} ms after submit`;
    return makeError('ERR_WAYBILL_DEADLINE_EXCEEDED', words, { details: { wallMs } });
  }
  const names = pending.join(', ');
  const words = `the deadline passed (${wallMs} ms after submit) while the guest waited for ${names}`;
  return makeError('ERR_WAYBILL_HOST_FUNCTION_TIMEOUT', words, {
    details: { wallMs, pending: names },
  });
}

/** The deadline passed without the thread serving the guest: no fault of its. */
export function unresponsiveError({ wallMs }: Limits): WaybillError {
  const words = `the thread did not come to the guest in the ${wallMs} ms after submit`;
  return makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', words, { details: { wallMs } });
}

/** The guest was cut off before it had the computing time that it may take, because the machine gave it so little. */
export function starvedError({ cpuMs: limitMs }: Limits, cpuMs: number): WaybillError {
  const words = `the machine was too busy: the guest was cut off with ${Math.round(cpuMs)} of its ${limitMs} ms of computing time`;
  return makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', words, { details: { cpuMs, limitMs } });
}

/** The result is larger than the limit; `undefined` where it is not. */
export function resultSizeError({ resultBytes }: Limits, value: Parcel): WaybillError | undefined {
  const byteLength = parcelByteLength(value);
  if (byteLength <= resultBytes) return undefined;
  const words = `the result takes ${byteLength} bytes, ${resultBytes} are allowed`;
  return makeError('ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', words);
}
