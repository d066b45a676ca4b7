import { type Limits, type WaybillError, makeError } from '@waybill/protocol';

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
