/**
 * A value written down to cross a border that lets only strings through.
 *
 * `text` is JSON where the value is plain JSON data, otherwise `#` and tagged JSON (the table is in the
 * package's README). `bytes` holds the contents of every ArrayBuffer and typed array, one character (0-255) a
 * byte, so that binary data is neither escaped nor enlarged by JSON.
 */
export interface Parcel {
  readonly text: string;
  readonly bytes: string;
}

/** Whether a parcel may hold a function; where not, it holds none. */
export function mayHoldFunction({ text }: Parcel): boolean {
  return text.startsWith('#') && text.includes('["f",');
}

/** How big a written value may get. */
export interface ParcelLimits {
  /** Characters of `text` and `bytes` together; refused while walking, before any text is built. */
  readonly maxChars: number;
  /** Levels of arrays, objects, maps and sets inside each other; a cycle ends here too. */
  readonly maxDepth: number;
}

/** Why a value cannot be written or a parcel cannot be read. */
export interface ParcelFault {
  readonly reason: 'not-carriable' | 'too-large' | 'too-deep' | 'malformed';
  /** Where in the value, as `$.items[3].name`. */
  readonly path: string;
  /** What was found there, in words. */
  readonly found: string;
}

/** The error that writer and reader throw: an `Error` that carries its fault. */
export interface ParcelError extends Error {
  readonly parcelFault: ParcelFault;
}

/** Whether an error came from writing or reading a parcel. */
export function isParcelError(value: unknown): value is ParcelError {
  return value instanceof Error && Object.hasOwn(value, 'parcelFault');
}

/**
 * What differs between the places a parcel is written or read in. Where guest code shares the realm it is an object
 * without a prototype: what is absent must not be found on `Object.prototype`.
 */
export interface ParcelHooks {
  /** Tells a Proxy, which no code can see by itself; such a value is refused. */
  readonly isProxy: (value: object) => boolean;
  /** Takes a function that stands in the value and gives the number it travels as; absent: refused. */
  readonly keepFunction?: ((fn: (...args: never[]) => unknown) => number) | undefined;
  /** Makes the function that stands for a number on the reading side; absent: refused. */
  readonly makeFunction?: ((id: number) => (...args: never[]) => unknown) | undefined;
  /** Bytes to one-character-a-byte text; each place has its own fastest way. */
  readonly textFromBytes: (bytes: Uint8Array) => string;
  /** Makes the error that is thrown for a fault. */
  readonly faultError: (fault: ParcelFault) => Error;
  /** The reverse of `textFromBytes`, for `length` characters from `start`. */
  readonly bytesFromText: (text: string, start: number, length: number) => Uint8Array<ArrayBuffer>;
}
