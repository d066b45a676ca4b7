import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ContextWire } from '@waybill/context';
import { makeError } from '@waybill/protocol';

/** Whose context it is. A sealed context opens for this job of this tenant and for no other. */
export interface SealedFor {
  readonly jobId: string;
  readonly tenant: string;
}

/** Seals the context that is stored with a durable job: who can write to the table cannot make one up. */
export interface ContextSeal {
  /** Gives the wire as text with its seal. Not secret: what is stored can be read. */
  close(wire: ContextWire, owner: SealedFor): string;
  /**
   * Gives the wire that was sealed, for `ContextSnapshot.fromWire`.
   *
   * @throws `ERR_WAYBILL_CONTEXT_UNTRUSTED` if no key made the seal for this text, this job and this tenant
   */
  open(sealed: string, owner: SealedFor): unknown;
}

const version = 'v1';
// The 32 bytes of SHA-256 are 43 characters of base64url.
const sealedPattern = /^v1\.([A-Za-z0-9_-]{43})\.(.*)$/su;

/**
 * Makes the seal.
 *
 * @param keys - the first seals, each opens
 */
export function makeContextSeal(keys: readonly [string, ...string[]]): ContextSeal {
  return {
    close(wire, owner) {
      const text = JSON.stringify(wire);
      return `${version}.${macOf(keys[0], text, owner)}.${text}`;
    },
    open(sealed, owner) {
      const [, mac = '', text = ''] = sealedPattern.exec(sealed) ?? [];
      // Every key is tried, so that the time does not tell which one it was.
      const fits = keys.map((key) => isSame(mac, macOf(key, text, owner)));
      if (!fits.includes(true)) throw untrusted(owner);
      return JSON.parse(text);
    },
  };
}

function macOf(key: string, text: string, { jobId, tenant }: SealedFor): string {
  // No id and no tenant has a line break, so that no two owners and texts make the same message.
  const message = `waybill context ${version}\n${jobId}\n${tenant}\n${text}`;
  return createHmac('sha256', key).update(message).digest('base64url');
}

// As texts, because two of them can stand for the same bytes.
function isSame(given: string, right: string): boolean {
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
}

function untrusted({ jobId }: SealedFor): Error {
  const words = `the context stored with job ${jobId} does not have its seal`;
  return makeError('ERR_WAYBILL_CONTEXT_UNTRUSTED', words, { details: { jobId } });
}
