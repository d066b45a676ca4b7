import { errorFromWire } from './error-from-wire.ts';
import { errorToWire } from './error-to-wire.ts';
import { hasErrorBrand, isWaybillError, makeError, type WaybillError } from './errors.ts';

/**
 * Gives an error of ours for anything that was thrown: the same object if it is one already, the
 * same code if it is an error of a sibling package such as ContextError, else an
 * `ERR_WAYBILL_INTERNAL` with what was thrown as its cause. Never throws.
 */
export function toWaybillError(thrown: unknown): WaybillError {
  if (isWaybillError(thrown)) return thrown;
  const wire = errorToWire(thrown);
  if (hasErrorBrand(thrown)) {
    const rebuilt = errorFromWire(wire);
    if (isWaybillError(rebuilt)) return rebuilt;
  }
  return makeError('ERR_WAYBILL_INTERNAL', `expected no error here, got: ${wire.message}`, {
    cause: thrown,
  });
}
