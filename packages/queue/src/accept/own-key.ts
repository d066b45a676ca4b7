// No idempotency key that a tenant gives has a space in it.
const mark = ' ';

/** Makes an idempotency key of the queue's own: no tenant can give the same, and no tenant sees it. */
export function makeOwnKey(...parts: readonly (string | number)[]): string {
  return `${mark}${parts.join('/')}`;
}

/** Whether the queue itself made the key. */
export function isOwnKey(key: string): boolean {
  return key.startsWith(mark);
}
