import type { SecretVault } from './secret-vault.ts';

// Deeper values do not cross to a guest.
const maxDepth = 1_000;

/** What an error tells of itself without listing it among its keys. */
export const errorKeys: readonly string[] = ['name', 'message', 'stack', 'cause', 'errors'];

/** Whether a secret that was read stands in any text of a value, in the texts of errors, or in bytes as they are. */
export function holdsSecret(value: unknown, vault: SecretVault): boolean {
  const seen = new Set<unknown>();
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'string' && vault.findIn(one) !== undefined) return true;
      if (typeof one !== 'object' || one === null || seen.has(one)) continue;
      seen.add(one);
      // One by one: a spread of millions of them would not fit on the stack.
      for (const part of partsOf(one)) next.push(part);
    }
    level = next;
  }
  return false;
}

function partsOf(value: object): Iterable<unknown> {
  const bytes = bytesOf(value);
  // A character for each byte, whatever they are meant as: the vault knows secrets in that form, too.
  if (bytes !== undefined) return [bytes.toString('latin1')];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  if (Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const told = isError(value) ? errorKeys : [];
  return [...keys, ...[...keys, ...told].map((key) => readIfPossible(value, key))];
}

function bytesOf(value: object): Buffer | undefined {
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  const isBuffer = value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  return isBuffer ? Buffer.from(value) : undefined;
}

/** Whether a value is read as an error where it crosses: one of another realm is no instance of ours. */
export function isError(value: object): boolean {
  return value instanceof Error || typeof readIfPossible(value, 'message') === 'string';
}

/** Reads a property; a getter that throws has nothing to tell. */
export function readIfPossible(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    // It throws for whoever reads it later, too.
    return undefined;
  }
}
