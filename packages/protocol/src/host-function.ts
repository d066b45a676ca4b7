import { type ErrorCode, errorCodes } from './error-codes.ts';
import { makeError } from './errors.ts';
import type { Limits } from './limits.ts';
import { type Parcel, type ParcelLimits, isParcelError, readParcel, writeParcel } from './parcel/index.ts';

/**
 * A host function: called with what the guest passed, in the async context of the job that called it. Functions
 * among the arguments are guest callbacks: async, and dead once the job has settled.
 */
export type HostFunction = (...args: never[]) => unknown;

/** The part of a job's limits that bounds one value on its way across a border. */
export function parcelLimits(limits: Limits, maxBytes: number): ParcelLimits {
  return { maxChars: maxBytes, maxDepth: limits.depth };
}

/**
 * Writes a value of the host as a parcel, and says in an error of ours what is wrong where it cannot cross.
 *
 * @param what - the value in words, for the message: `the result of host function users.get`
 * @throws a `WaybillError` with `codes.tooLarge` or `codes.notCarriable`; its details name path and what was found
 */
export function packValue(
  value: unknown,
  limits: ParcelLimits,
  what: string,
  codes: { readonly tooLarge: ErrorCode; readonly notCarriable: ErrorCode },
): Parcel {
  try {
    return writeParcel(value, limits);
  } catch (error) {
    if (!isParcelError(error)) throw error;
    const { reason, path, found } = error.parcelFault;
    const code = reason === 'too-large' ? codes.tooLarge : codes.notCarriable;
    throw makeError(code, `${what} cannot cross: ${path}: ${found}`, {
      details: { path, found, meaning: errorCodes[code].meaning },
    });
  }
}

/**
 * Calls a host function with the arguments in a parcel and packs what it returns. The async context is the
 * caller's business.
 *
 * @param callGuest - calls a guest callback; its result is what the callback returned
 * @throws what the function throws; `ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE` or `ERR_WAYBILL_HOST_RESULT_TOO_LARGE`
 */
export async function callHostFunction(
  name: string,
  fn: HostFunction,
  args: Parcel,
  limits: Limits,
  callGuest: (callbackId: number, args: Parcel) => Promise<Parcel>,
): Promise<Parcel> {
  const bounds = parcelLimits(limits, limits.hostCallBytes);
  const codes = {
    tooLarge: 'ERR_WAYBILL_HOST_RESULT_TOO_LARGE',
    notCarriable: 'ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE',
  } as const;
  const makeFunction =
    (callbackId: number) =>
    async (...passed: unknown[]): Promise<unknown> => {
      const packed = packValue(passed, bounds, `arguments that ${name} passes to a guest callback`, codes);
      return readParcel(await callGuest(callbackId, packed));
    };
  const passed = readParcel(args, { makeFunction }) as never[];
  const value: unknown = await fn(...passed);
  return packValue(value, bounds, `the result of host function ${name}`, codes);
}
