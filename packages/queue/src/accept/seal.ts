import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { ContextWire } from '@waybill/context';
import { makeError } from '@waybill/protocol';

/** Whose context it is. A sealed context opens for this job of this tenant and for this work, and for no other. */
export interface SealedFor {
  readonly jobId: string;
  readonly tenant: string;
  /** What the job runs, as its columns hold it: who may write to the table cannot have other work done in this context. */
  readonly work: SealedWork;
}

/** The columns that say what a job runs. */
export interface SealedWork {
  readonly spec: string;
  readonly input: string;
  readonly functionName: string | null | undefined;
  readonly functionVersion: number | null | undefined;
}

/** Seals the context that is stored with a durable job: who can write to the table cannot make one up, or take another's. */
export interface ContextSeal {
  /** Gives the wire as text with its seal. Not secret: what is stored can be read. */
  close(wire: ContextWire, owner: SealedFor): string;
  /**
   * Gives the wire that was sealed, for `ContextSnapshot.fromWire`.
   *
   * @throws `ERR_WAYBILL_CONTEXT_UNTRUSTED` if its key did not make the seal for this text and this owner;
   *   {@link UnknownKeyError} if that key is not here
   */
  open(sealed: string, owner: SealedFor): unknown;
}

const version = 'v1';
// The id of the key, then the 32 bytes of SHA-256, which are 43 characters of base64url.
const sealedPattern = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{43})\.(.*)$/su;

/** A seal that this process cannot judge, because it does not have its key; another one may. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError';

  /** @param keyId - of the key that is missing; it says nothing about the key */
  constructor(keyId: string, { jobId }: SealedFor) {
    super(`the context stored with job ${jobId} is sealed with key ${keyId}, which is not here`);
  }
}

/**
 * Makes the seal.
 *
 * @param keys - the first seals, each opens
 */
export function makeContextSeal(keys: readonly [string, ...string[]]): ContextSeal {
  const ids = keys.map(idOf);
  return {
    close(wire, owner) {
      const text = JSON.stringify(wire);
      return `${version}.${idOf(keys[0])}.${macOf(keys[0], text, owner)}.${text}`;
    },
    open(sealed, owner) {
      const [, id, mac = '', text = ''] = sealedPattern.exec(sealed) ?? [];
      if (id === undefined) throw untrusted(owner);
      const candidates = keys.filter((_, index) => ids[index] === id);
      if (candidates.length === 0) throw new UnknownKeyError(id, owner);
      if (!candidates.some((key) => isSame(mac, macOf(key, text, owner)))) throw untrusted(owner);
      return JSON.parse(text);
    },
  };
}

function idOf(key: string): string {
  return createHash('sha256').update(`waybill key id${key}`).digest('hex').slice(0, 8);
}

function macOf(key: string, text: string, { jobId, tenant, work }: SealedFor): string {
  const { spec, input, functionName, functionVersion } = work;
  const called = `${functionName ?? ''}\n${functionVersion ?? ''}`;
  // None of it has a line break when it is sealed, so that no two owners and texts make the same message.
  const owner = `${jobId}\n${tenant}\n${called}\n${hash('sha256', spec)}\n${hash('sha256', input)}`;
  const message = `waybill context ${version}\n${owner}\n${text}`;
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
