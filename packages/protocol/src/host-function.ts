import type { ErrorCode } from './error-codes.ts';
import { type WaybillError, makeError } from './errors.ts';
import type { Limits } from './limits.ts';
import {
  type Parcel,
  type ParcelLimits,
  isParcelError,
  readParcel,
  writeParcel,
} from './parcel/index.ts';

/**
 * A host function: called with what the guest passed, in the async context of the job that called it. Functions
 * among the arguments are guest callbacks: async, and dead once the job has settled. A call that a guest made is served
 * also where the guest does not wait for it; when the job settles, its signal aborts. Calls to the submitting thread
 * whose arguments are over 128 KiB together go one after the other; those that wait then are not made.
 */
export type HostFunction = (...args: never[]) => unknown;

/** The part of a job's limits that bounds one value on its way across a border. */
export function parcelLimits(limits: Limits, maxBytes: number): ParcelLimits {
  return { maxChars: maxBytes, maxDepth: limits.depth };
}

/** What a value is, for the error that says it cannot cross. */
export interface PackContext {
  /** The value in words: `the result of host function users.get`. */
  readonly what: string;
  /** The limit that bounds its bytes. */
  readonly limit: 'inputBytes' | 'hostCallBytes';
  readonly codes: { readonly tooLarge: ErrorCode; readonly notCarriable: ErrorCode };
}

/**
 * Writes a value of the host as a parcel, and says in an error of ours what is wrong where it cannot cross.
 *
 * @throws a `WaybillError` with `codes.tooLarge` or `codes.notCarriable`; its details name path and what was found
 */
export function packValue(value: unknown, limits: ParcelLimits, context: PackContext): Parcel {
  const { what, codes } = context;
  try {
    return writeParcel(value, limits);
  } catch (error) {
    if (!isParcelError(error)) {
      // A getter or a Proxy trap of the value threw.
      throw makeError(codes.notCarriable, `${what} cannot cross: it throws when it is read`, {
        cause: error,
      });
    }
    const { reason, path, found } = error.parcelFault;
    if (reason === 'too-large') throw tooLargeError(context, limits.maxChars);
    throw makeError(codes.notCarriable, `${what} cannot cross: ${path}: ${found}`, {
      details: { path, found },
    });
  }
}

/**
 * The error of a value that takes more bytes than it may.
 *
 * @param gotBytes - how many it takes, where that is known: large values are refused before they are written whole
 */
export function tooLargeError(
  { what, limit, codes }: PackContext,
  limitBytes: number,
  gotBytes?: number,
): WaybillError {
  const got = gotBytes === undefined ? 'more' : `${gotBytes}`;
  const words = `${what} may take ${limitBytes} bytes (${limit}), it takes ${got}`;
  const details = { limit, limitBytes, ...(gotBytes === undefined ? {} : { gotBytes }) };
  return makeError(codes.tooLarge, words, { details });
}

/** One call of a host function, as its guest made it. */
export interface HostFunctionCall {
  readonly name: string;
  readonly args: Parcel;
  readonly limits: Limits;
  /** Calls a guest callback; its result is what the callback returned. */
  readonly callGuest: (callbackId: number, args: Parcel) => Promise<Parcel>;
}

/**
 * Calls a host function with the arguments in a parcel and packs what it returns. The async context is the
 * caller's business.
 *
 * @throws what the function throws; `ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE` or `ERR_WAYBILL_HOST_RESULT_TOO_LARGE`
 */
export async function callHostFunction(
  fn: HostFunction,
  { name, args, limits, callGuest }: HostFunctionCall,
): Promise<Parcel> {
  const bounds = parcelLimits(limits, limits.hostCallBytes);
  const codes = {
    tooLarge: 'ERR_WAYBILL_HOST_RESULT_TOO_LARGE',
    notCarriable: 'ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE',
  } as const;
  const callBack = async (callbackId: number, passed: unknown[]): Promise<unknown> => {
    const what = `the arguments that ${name} passes to a guest callback`;
    const packed = packValue(passed, bounds, { what, codes, limit: 'hostCallBytes' });
    return readParcel(await callGuest(callbackId, packed));
  };
  const makeFunction =
    (callbackId: number) =>
    (...passed: unknown[]): Promise<unknown> => {
      const returned = callBack(callbackId, passed);
      // A host function that does not wait for a callback must not be ended, with its whole process, by what a guest
      // throws in it. Whoever does wait hears of it all the same.
      returned.catch(() => undefined);
      return returned;
    };
  const value: unknown = await fn(...readArguments(name, args, makeFunction));
  return packValue(value, bounds, {
    what: `the result of host function ${name}`,
    limit: 'hostCallBytes',
    codes,
  });
}

function readArguments(
  name: string,
  args: Parcel,
  makeFunction: (id: number) => (...passed: unknown[]) => Promise<unknown>,
): never[] {
  try {
    return readParcel(args, { makeFunction }) as never[];
  } catch (cause) {
    const words = `the arguments of host.${name} came out unreadable`;
    throw makeError('ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE', words, { cause });
  }
}
