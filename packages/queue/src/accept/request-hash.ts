import { createHash } from 'node:crypto';
import type { Parcel } from '@waybill/protocol';
import { canonicalJson } from '../tables/canonical-json.ts';

/**
 * Gives the SHA-256, in hex, of what was asked for: the same for the same request, in whatever order its keys stand. An input that is
 * no plain JSON counts as it was written: there the order of keys matters.
 */
export function hashRequest(request: unknown, { text, bytes }: Parcel): string {
  const input = text.startsWith('#') ? text : canonicalJson(JSON.parse(text));
  return createHash('sha256')
    .update(`${canonicalJson(request)}\n${input}\n`)
    .update(bytes, 'latin1')
    .digest('hex');
}
