import type { ErrorCode } from '../error-codes.ts';
import { errorWireLimits } from '../error-wire.ts';
import { makeError, type WaybillError } from '../errors.ts';
import { clipText } from '../safe-read.ts';
import type { ErrorResource, ResultResource } from './outcome.ts';
import { decodeValue, encodeValue } from './value.ts';

/** A value or an error, as outcomes have it. */
export type Result =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WaybillError };

/** Writes an error for an answer: no stack of the host is in it. */
export function toErrorResource(error: WaybillError): ErrorResource {
  const { guest } = error.stackOf;
  const json = error.toJSON();
  return {
    ...json,
    message: clipText(json.message, errorWireLimits.messageChars),
    ...(guest !== undefined && { guestStack: clipText(guest, errorWireLimits.stackChars) }),
  };
}

/** Reads an error from an answer; of a code that is not known here it is an `ERR_WAYBILL_INTERNAL`. */
export function fromErrorResource(resource: ErrorResource): WaybillError {
  const { code, message, details, guestStack } = resource;
  const stackOf = guestStack === undefined ? undefined : { guest: guestStack };
  return makeError(code, message, { details, stackOf });
}

/**
 * Writes the value or the error of a job for an answer.
 *
 * @throws `ERR_WAYBILL_NOT_CARRIABLE` for a value that no guest can have returned
 */
export function toResultResource(result: Result): ResultResource {
  if (!result.ok) return { ok: false, error: toErrorResource(result.error) };
  const { value, parcel } = encodeValue(result.value);
  return {
    ok: true,
    ...(value !== undefined && { value }),
    ...(parcel !== undefined && { valueParcel: parcel }),
  };
}

/**
 * Reads the value or the error of a job from an answer.
 *
 * @param code - of the error for a value that cannot be read. @defaultValue `'ERR_WAYBILL_BAD_ANSWER'`
 */
export function fromResultResource(
  resource: ResultResource,
  code: ErrorCode = 'ERR_WAYBILL_BAD_ANSWER',
): Result {
  if (!resource.ok) return { ok: false, error: fromErrorResource(resource.error) };
  const { value, valueParcel } = resource;
  return { ok: true, value: decodeValue({ value, parcel: valueParcel }, code) };
}
