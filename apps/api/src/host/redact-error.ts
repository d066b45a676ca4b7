import { errorFromWire, errorToWire } from '@waybill/protocol';
import { errorKeys, holdsSecret, isError, readIfPossible } from './holds-secret.ts';
import type { SecretVault } from './secret-vault.ts';

// More than the causes, aggregated errors and details of an error that cross to a guest.
const maxDepth = 24;

/** Gives an error without secrets in any of its texts: the same object where there were none. */
export function redactError(error: unknown, vault: SecretVault): unknown {
  if (!holdsSecret(error, vault)) return error;
  // Before it is made as short as what crosses: a secret that is cut in the middle would not be found any more.
  return errorFromWire(errorToWire(copyWithout(error, { vault, seen: new Map(), depth: 0 })));
}

interface Copying {
  readonly vault: SecretVault;
  /** Copies by what they are of: an error may be its own cause. */
  readonly seen: Map<object, object>;
  readonly depth: number;
}

function copyWithout(value: unknown, copying: Copying): unknown {
  const { vault, seen, depth } = copying;
  if (typeof value === 'string') return vault.redact(value);
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (depth >= maxDepth) return undefined;
  const copy = emptyCopy(value);
  if (copy === undefined) return undefined;
  seen.set(value, copy);
  for (const key of keysOf(value)) {
    const part = copyWithout(readIfPossible(value, key), { vault, seen, depth: depth + 1 });
    const name = typeof key === 'string' ? vault.redact(key) : key;
    Object.defineProperty(copy, name, { value: part, enumerable: true, configurable: true });
  }
  return copy;
}

/** An object of the same kind; `undefined` for those of which nothing crosses. */
function emptyCopy(value: object): object | undefined {
  if (Array.isArray(value)) return [];
  const prototype: object | null = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype;
  return isPlain || isError(value) ? Object.create(prototype) : undefined;
}

function keysOf(value: object): Iterable<PropertyKey> {
  if (Array.isArray(value)) return Object.keys(value);
  return new Set<PropertyKey>([...Reflect.ownKeys(value), ...(isError(value) ? errorKeys : [])]);
}
