import type { ParcelFault, ParcelHooks } from '@waybill/protocol';
import type { KitPrimordials } from './kit-primordials.ts';

/**
 * How parcels meet bytes in a realm that has no `Buffer`.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export function makeParcelHooks(
  p: KitPrimordials,
  isProxy: (value: object) => boolean,
  faultError: (fault: ParcelFault) => Error,
): ParcelHooks {
  const { fromCharCode } = String;
  const Bytes = Uint8Array;
  // As many characters as one call may safely take as arguments.
  const chunkLength = 8192;
  return {
    // What is absent here must not be found on Object.prototype, where a guest could put it.
    __proto__: null,
    isProxy,
    faultError,
    textFromBytes: (bytes: Uint8Array) => {
      const buffer = p.bufferOf(bytes);
      const offset = p.byteOffsetOf(bytes);
      const length = p.byteLengthOf(bytes);
      let text = '';
      for (let at = 0; at < length; at += chunkLength) {
        const left = length - at;
        const chunk = new Bytes(buffer, offset + at, left < chunkLength ? left : chunkLength);
        text += p.apply(fromCharCode, undefined, chunk as unknown as number[]);
      }
      return text;
    },
    bytesFromText: (text: string, start: number, length: number) => {
      const bytes = new Bytes(length);
      for (let at = 0; at < length; at++) bytes[at] = p.charCodeAt(text, start + at);
      return bytes;
    },
  } as ParcelHooks;
}
