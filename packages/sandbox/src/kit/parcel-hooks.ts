import type { ParcelHooks } from '@waybill/protocol';

/**
 * How parcels meet bytes in a realm that has no `Buffer`.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export function makeParcelHooks(isProxy: (value: object) => boolean): ParcelHooks {
  const { apply } = Reflect;
  const Bytes = Uint8Array;
  const { fromCharCode } = String;
  const { charCodeAt } = String.prototype;
  const { buffer: bufferOf, byteOffset: offsetOf } = {
    buffer: Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Bytes.prototype), 'buffer')?.get,
    byteOffset: Object.getOwnPropertyDescriptor(
      Object.getPrototypeOf(Bytes.prototype),
      'byteOffset',
    )?.get,
  } as { buffer: () => ArrayBuffer; byteOffset: () => number };
  // As many characters as one call may safely take as arguments.
  const chunkLength = 8192;
  return {
    isProxy,
    textFromBytes: (bytes) => {
      const buffer = apply(bufferOf, bytes, []);
      const offset = apply(offsetOf, bytes, []);
      let text = '';
      for (let at = 0; at < bytes.length; at += chunkLength) {
        const left = bytes.length - at;
        const chunk = new Bytes(buffer, offset + at, left < chunkLength ? left : chunkLength);
        text += apply(fromCharCode, undefined, chunk as unknown as number[]);
      }
      return text;
    },
    bytesFromText: (text, start, length) => {
      const bytes = new Bytes(length);
      for (let at = 0; at < length; at++) bytes[at] = apply(charCodeAt, text, [start + at]);
      return bytes;
    },
  };
}
