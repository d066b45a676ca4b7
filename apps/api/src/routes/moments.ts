import { makeError } from '@waybill/protocol';

/** Writes a moment as RFC 3339. */
export function toMoment(atMs: number): string {
  return new Date(atMs).toISOString();
}

/**
 * Reads a moment that a schema let through.
 *
 * @param path - where it stands, for the error
 * @throws `ERR_WAYBILL_INVALID_REQUEST` for what has the form of a moment and is none, such as 30 February
 */
function parseMoment(text: string, path: string): number {
  const atMs = Date.parse(text);
  if (Number.isFinite(atMs)) return atMs;
  const expected = 'a moment such as 2026-01-31T12:00:00Z';
  throw makeError('ERR_WAYBILL_INVALID_REQUEST', `${path}: expected ${expected}, got another`, {
    details: { issues: [{ path, expected, got: text.slice(0, 40) }] },
  });
}

/** The same for a moment that may be absent. */
export function parseOptionalMoment(text: string | undefined, path: string): number | undefined {
  return text === undefined ? undefined : parseMoment(text, path);
}
