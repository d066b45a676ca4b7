import { createHash } from 'node:crypto';

/** Gives the same text for the same JSON value, in whatever order the keys of its objects stand. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const pairs = Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(pairs);
  });
}

/** Gives the SHA-256 of a JSON value, in hex, in whatever order its keys stand. */
export function hashJson(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
