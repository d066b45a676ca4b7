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
  // Arguments are taken from a plain array several times as fast as from a typed one. It is parsed, so that its members are
  // its own: to set them asks no prototype. Most realms meet no long bytes: made ahead, grown to its length, it was
  // 30 KiB of an idle isolate.
  const chunkLength = 1_024;
  let chunk: number[] | undefined;
  const makeChunk = (): number[] => {
    let zeros = '0';
    for (let at = 1; at < chunkLength; at++) zeros += ',0';
    return p.parse(`[${zeros}]`) as number[];
  };
  return {
    // What is absent here must not be found on Object.prototype, where a guest could put it.
    __proto__: null,
    isProxy,
    faultError,
    textFromBytes: (bytes: Uint8Array) => {
      const buffer = p.bufferOf(bytes);
      const offset = p.byteOffsetOf(bytes);
      const length = p.byteLengthOf(bytes);
      const all = new Bytes(buffer, offset, length);
      const rest = length % chunkLength;
      let text = '';
      for (let from = 0; from < length - rest; from += chunkLength) {
        const codes = (chunk ??= makeChunk());
        for (let at = 0; at < chunkLength; at++) codes[at] = all[from + at] as number;
        text += p.apply(fromCharCode, undefined, codes);
      }
      const last = new Bytes(buffer, offset + length - rest, rest);
      text += p.apply(fromCharCode, undefined, last as unknown as number[]);
      return text;
    },
    bytesFromText: (text: string, start: number, length: number) => {
      const bytes = new Bytes(length);
      for (let at = 0; at < length; at++) bytes[at] = p.charCodeAt(text, start + at);
      return bytes;
    },
  } as ParcelHooks;
}
