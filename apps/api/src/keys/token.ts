import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token taken apart. */
export interface TokenParts {
  readonly id: string;
  readonly secret: string;
}

const tokenPattern = /^wb_([a-z2-7]{16})_([\w-]{43})$/;
const idLetters = 'abcdefghijklmnopqrstuvwxyz234567';

/** Takes a token apart; `undefined` if it is none of ours. */
export function parseToken(token: string): TokenParts | undefined {
  const [, id, secret] = tokenPattern.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Writes a token. */
export function formatToken({ id, secret }: TokenParts): string {
  return `wb_${id}_${secret}`;
}

/** Makes the id of a key: 80 random bits. */
export function randomKeyId(): string {
  return Array.from(randomBytes(16), (byte) => idLetters[byte % idLetters.length]).join('');
}

/** Makes a secret: 256 random bits. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Gives what is stored of a secret. One round of SHA-256 is right here and a slow hash is not: 256 random bits cannot be guessed
 * from their hash, as passwords can, and the hash is taken with each request.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
