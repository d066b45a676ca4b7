import { type WaybillError, makeError } from '@waybill/protocol';
import { isDrainTimeout } from '../drain-script.ts';

/** What is said of a realm that was discarded, given what its drain threw. */
export function goneWith(thrown: unknown, drainTimeoutMs: number): () => WaybillError {
  const isTimeout = isDrainTimeout(thrown);
  // Node's error is not kept: through its frames it holds on to the realm.
  const message = String((thrown as { message?: unknown }).message);
  return () => (isTimeout ? drainTimeoutError(drainTimeoutMs) : drainFailedError(message));
}

function drainTimeoutError(drainTimeoutMs: number): WaybillError {
  const words = `the guest computed for more than ${drainTimeoutMs} ms in one drain; its realm was discarded`;
  return makeError('ERR_WAYBILL_GUEST_CPU_LIMIT', words, { details: { drainTimeoutMs } });
}

// No guest can bring this about.
function drainFailedError(message: string): WaybillError {
  const words = `the realm's microtask queue could not be drained and the realm was discarded: ${message}`;
  return makeError('ERR_WAYBILL_INTERNAL', words);
}

/** The bridge was disposed. */
export function disposedError(): WaybillError {
  return makeError('ERR_WAYBILL_CANCELLED', 'the bridge to the realm was disposed');
}

/** Nothing is under way that could settle the promise. */
export function promiseNeverSettlesError(): WaybillError {
  const words =
    'the promise can never settle: the realm is idle, and neither a host promise nor the engine nor a hold is under way';
  return makeError('ERR_WAYBILL_GUEST_NEVER_SETTLES', words);
}

/** A promise was rejected whose realm is gone, so that its reason cannot be read. */
export function unreadRejectionError(): WaybillError {
  const words = 'a promise of the guest was rejected and nobody handled it; its realm is gone';
  return makeError('ERR_WAYBILL_GUEST_THREW', words);
}
