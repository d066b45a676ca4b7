import { makeError } from '@waybill/protocol';

/** Letters, digits, `_ . : -`; at most 128 characters; starts with a letter. */
const namePattern = /^[A-Za-z][\w.:-]{0,127}$/;

/** Names that Comlink or the language give a meaning of their own when they are read from a remote object. */
const reservedNames: ReadonlySet<string> = new Set([
  'then',
  'bind',
  'constructor',
  'prototype',
  'arguments',
  'caller',
]);

/**
 * Checks the names that a session offers and uses.
 *
 * @throws ERR_WAYBILL_INVALID_OPTIONS for a name that cannot be called or a member that is no function.
 */
export function assertNames(options: {
  readonly expose?: Readonly<Record<string, unknown>>;
  readonly names?: readonly string[];
}): void {
  const exposed = Object.entries(options.expose ?? {});
  for (const name of [...exposed.map(([key]) => key), ...(options.names ?? [])]) {
    if (!namePattern.test(name) || reservedNames.has(name)) {
      throw invalid(`expected a function name of letters, digits and '_.:-', got '${name}'`);
    }
  }
  for (const [name, member] of exposed) {
    if (typeof member !== 'function') {
      throw invalid(`expected '${name}' to be a function, got ${typeof member}`);
    }
  }
}

function invalid(message: string): Error {
  return makeError('ERR_WAYBILL_INVALID_OPTIONS', message);
}
