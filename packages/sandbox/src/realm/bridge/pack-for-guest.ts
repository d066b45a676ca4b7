import { types } from 'node:util';
import {
  type Parcel,
  type ParcelLimits,
  errorToWire,
  isParcelError,
  makeError,
  writeParcel,
} from '@waybill/protocol';
import { inheritsFrom, isOfHost } from '../prototype-chain.ts';

/**
 * Writes down a value of the host.
 *
 * @param guestPrototype - what objects of the guest inherit from; such objects are refused
 * @throws `ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE` or `ERR_WAYBILL_HOST_RESULT_TOO_LARGE`; what a getter of it throws
 */
export function packForGuest(value: unknown, limits: ParcelLimits, guestPrototype: object): Parcel {
  // A getter or a trap of the guest's must not run here, under the host's frames and without a limit.
  const isProxy = (each: object): boolean =>
    types.isProxy(each) || inheritsFrom(each, guestPrototype);
  try {
    return writeParcel(value, limits, { isProxy });
  } catch (error) {
    throw carryError(error, limits);
  }
}

/**
 * What a guest is told of an error of the host: name, message and code (or null) as JSON. Stacks and causes would show it
 * the host's files.
 */
export function wordsForGuest(error: unknown): string {
  // What is not the host's may have getters of a guest's.
  const isReadable = isOfHost(error) || (typeof error !== 'object' && typeof error !== 'function');
  const told = errorToWire(isReadable ? error : new Error('threw an object of no host'));
  const { name, message, code } = told;
  return JSON.stringify({ name, message: message.slice(0, 4096), code: code ?? null });
}

function carryError(error: unknown, { maxChars }: ParcelLimits): unknown {
  if (!isParcelError(error)) return error;
  const { reason, path, found } = error.parcelFault;
  if (reason === 'too-large') {
    const words = `the value of a host promise may take ${maxChars} bytes (valueBytes), it takes more`;
    return makeError('ERR_WAYBILL_HOST_RESULT_TOO_LARGE', words);
  }
  const what = found === 'a Proxy' ? 'a Proxy, or an object of the guest' : found;
  const words = `the value of a host promise cannot cross: ${path}: ${what}`;
  return makeError('ERR_WAYBILL_HOST_RESULT_NOT_CARRIABLE', words);
}
