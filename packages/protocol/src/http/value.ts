import type { ErrorCode } from '../error-codes.ts';
import type { JsonValue } from '../error-wire.ts';
import { makeError, type WaybillError } from '../errors.ts';
import { limitTable } from '../limits.ts';
import {
  type Parcel,
  type ParcelHooks,
  isParcelError,
  readParcel,
  writeParcel,
} from '../parcel/index.ts';

/** A value in a message: JSON where that holds it exactly, otherwise a parcel; neither for `undefined`. */
export interface EncodedValue {
  readonly value?: JsonValue | undefined;
  readonly parcel?: string | undefined;
}

// The widest limits that a job may have: its own are enforced where it is submitted.
const widest = { maxChars: limitTable.inputBytes.max, maxDepth: limitTable.depth.max };

const chunkBytes = 8_192;

/** What stands in for Node's `Buffer` in a browser. */
const browserHooks: Partial<ParcelHooks> = {
  textFromBytes: (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      text += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
    }
    return text;
  },
  bytesFromText: (text, start, length) =>
    Uint8Array.from({ length }, (_, index) => text.charCodeAt(start + index)),
};

const hooks: Partial<ParcelHooks> = typeof Buffer === 'undefined' ? browserHooks : {};

/**
 * Writes a value for a message. Plain JSON data, the usual case, stays readable for people and for programs that know nothing
 * of parcels.
 *
 * @throws `ERR_WAYBILL_NOT_CARRIABLE` or `ERR_WAYBILL_PAYLOAD_TOO_LARGE`
 */
export function encodeValue(value: unknown): EncodedValue {
  if (value === undefined) return {};
  const { text, bytes } = write(value);
  // Without a tag it was plain data, which the message's own JSON holds as well.
  if (!text.startsWith('#')) return { value: value as JsonValue };
  // JSON escapes line breaks: the first one ends the text.
  return { parcel: bytes === '' ? text : `${text}\n${btoa(bytes)}` };
}

/**
 * Reads a value from a message, which is treated as untrusted.
 *
 * @param code - of the error for a parcel that nothing wrote
 * @throws an error of this code
 */
export function decodeValue(
  { value, parcel }: EncodedValue,
  code: ErrorCode = 'ERR_WAYBILL_INVALID_REQUEST',
): unknown {
  if (parcel === undefined) return value;
  if (value !== undefined) throw makeError(code, 'expected a value or a parcel, got both');
  try {
    return readParcel(fromText(parcel), hooks);
  } catch (cause) {
    const found = isParcelError(cause) ? cause.parcelFault.found : 'bytes that are no base64';
    throw makeError(code, `expected a parcel, found: ${found}`, { cause });
  }
}

function fromText(parcel: string): Parcel {
  const end = parcel.indexOf('\n');
  if (end < 0) return { text: parcel, bytes: '' };
  return { text: parcel.slice(0, end), bytes: atob(parcel.slice(end + 1)) };
}

function write(value: unknown): Parcel {
  try {
    return writeParcel(value, widest, hooks);
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): WaybillError {
  if (!isParcelError(error)) {
    const words = 'the value cannot cross: it throws when it is read';
    return makeError('ERR_WAYBILL_NOT_CARRIABLE', words, { cause: error });
  }
  const { reason, path, found } = error.parcelFault;
  const words = `the value cannot cross: ${path}: ${found}`;
  const code =
    reason === 'too-large' ? 'ERR_WAYBILL_PAYLOAD_TOO_LARGE' : 'ERR_WAYBILL_NOT_CARRIABLE';
  return makeError(code, words, { details: { path, found } });
}
