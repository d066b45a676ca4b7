import { type ErrorWire, errorFromWire, errorToWire } from '@waybill/protocol';
import type { SecretVault } from './secret-vault.ts';

/** Gives an error without secrets in any of its texts: the same object where there were none. */
export function redactError(error: unknown, vault: SecretVault): unknown {
  const wire = errorToWire(error);
  const text = JSON.stringify(wire);
  if (vault.findIn(text) === undefined) return error;
  const redacted = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' ? vault.redact(value) : value,
  ) as ErrorWire;
  return errorFromWire(redacted);
}
