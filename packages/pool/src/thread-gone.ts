import { type WaybillError, makeError } from '@waybill/protocol';

/** How a thread ended. */
export interface ThreadGone {
  /** The error of the attempts that it had. */
  readonly error: WaybillError;
  /** The attempt whose guest computed when the thread ran out of memory, if that is how it ended and one did. */
  readonly exhaustedBy?: number;
}

/** What an attempt fails with whose thread is gone. */
export function errorOfAttempt(
  { error, exhaustedBy }: ThreadGone,
  attemptId: number,
  threadHeapBytes: number,
): WaybillError {
  if (exhaustedBy !== attemptId) return error;
  const words = `the guest computed when the heap of its thread was used up (${threadHeapBytes} bytes, realm.threadHeapBytes)`;
  const { cause } = error;
  return makeError('ERR_WAYBILL_GUEST_MEMORY_LIMIT', words, {
    cause,
    details: { threadHeapBytes },
  });
}
