import type { SecretVault } from './secret-vault.ts';

// Deeper values do not cross to a guest.
const maxDepth = 1_000;

/** Whether a secret that was read stands in any text of a value. */
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
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  return [...Object.keys(value), ...Object.values(value as Record<string, unknown>)];
}
