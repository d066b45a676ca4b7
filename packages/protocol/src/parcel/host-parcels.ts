import type { Parcel, ParcelFault, ParcelHooks, ParcelLimits } from './parcel.ts';
import { capturePrimordials } from './primordials.ts';
import { ParcelReader } from './reader.ts';
import { ParcelWriter } from './writer.ts';

const primordials = capturePrimordials();
const writer = new ParcelWriter(primordials);
const reader = new ParcelReader(primordials);

function faultError(fault: ParcelFault): Error {
  return Object.assign(new Error(`${fault.path}: ${fault.found}`), { parcelFault: fault });
}

/** The hooks of a place that knows Node's `Buffer`, whose latin1 copies are the fastest there are. */
function hostHooks(extra: Partial<ParcelHooks>): ParcelHooks {
  return {
    isProxy: () => false,
    faultError,
    textFromBytes: (bytes) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
    bytesFromText: (text, start, length) => {
      const bytes = new Uint8Array(length);
      Buffer.from(bytes.buffer).write(text.slice(start, start + length), 'latin1');
      return bytes;
    },
    ...extra,
  };
}

// Above what any limit of a job allows, and far below what the stack of whoever walks the value holds.
const maxPlainDepth = 1_000;

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    // What a backslash is before closes nothing.
    if (code === 0x5c) at += 1;
  }
  return text.length;
}

// Text with fewer brackets cannot be deeper, whatever stands in quotes. To find them natively costs a tenth of the walk.
function hasManyBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > maxPlainDepth) return true;
    }
  }
  return false;
}

// The writer that runs in a guest's realm counts levels in a walk of its own, before the native stringify's: a getter
// of the guest's may give each of them another value.
function isTooDeep(text: string): boolean {
  if (!hasManyBrackets(text)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = closingQuote(text, at);
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > maxPlainDepth) return true;
  }
  return false;
}

/**
 * Writes a value of this thread down as a {@link Parcel}.
 *
 * @param extra - how functions and proxies are met here; without it functions are refused
 * @throws a `ParcelError` (see `isParcelError`) that names path and reason
 */
export function writeParcel(
  value: unknown,
  limits: ParcelLimits,
  extra: Partial<ParcelHooks> = {},
): Parcel {
  return writer.write(value, limits, hostHooks(extra));
}

/**
 * Reads a {@link Parcel} into a new value of this thread; the parcel is treated as untrusted.
 *
 * @throws a `ParcelError` with reason `malformed`
 */
export function readParcel(parcel: Parcel, extra: Partial<ParcelHooks> = {}): unknown {
  // Tagged text is walked by the reader itself, which counts its levels.
  if (parcel.text[0] !== '#' && isTooDeep(parcel.text)) {
    const found = `malformed parcel: more than ${maxPlainDepth} levels`;
    throw faultError({ reason: 'malformed', path: '$', found });
  }
  return reader.read(parcel, hostHooks(extra));
}

/** Size of a parcel in bytes as limits count it: `text` in UTF-8, `bytes` one for one. */
export function parcelByteLength(parcel: Parcel): number {
  return Buffer.byteLength(parcel.text) + parcel.bytes.length;
}
