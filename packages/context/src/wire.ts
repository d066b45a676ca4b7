import { ContextError } from './context-error.ts';

/**
 * A border that a carried variable may cross: `worker` (pool threads and the processes that own them),
 * `queue` (stored with a durable job), `guest` (readable by guest code).
 */
export type Border = 'worker' | 'queue' | 'guest';

/** Every {@link Border}. */
export const borders: readonly Border[] = ['worker', 'queue', 'guest'];

/** The carried variables as plain data: structured-clonable, and the same after a trip through JSON. */
export interface ContextWire {
  /** The version of this shape. */
  readonly v: 1;
  /** Name and JSON text of each variable. Pairs and not an object, so that no name is ever a key. */
  readonly entries: readonly (readonly [name: string, text: string])[];
}

/** The most a wire may hold: UTF-8 bytes of all names and texts together. */
export const MAX_WIRE_BYTES = 16_384;

/** The most variables a wire may hold. */
export const MAX_WIRE_ENTRIES = 64;

/** The wire of a context that carries nothing; shared and frozen. */
export const EMPTY_WIRE: ContextWire = Object.freeze({ v: 1, entries: Object.freeze([]) });

const CARRIED_NAME = /^[\w.:/@-]{1,128}$/;

/** Whether `name` may stand on a wire: 1 to 128 characters of `A-Z a-z 0-9 _ . : / @ -`. */
export function isCarriedName(name: string): boolean {
  return CARRIED_NAME.test(name);
}

/** UTF-8 bytes of one entry. */
export function entryBytes(name: string, text: string): number {
  return Buffer.byteLength(name) + Buffer.byteLength(text);
}

// A UTF-16 code unit takes three bytes at most.
const MAX_BYTES_OF_CHAR = 3;

/** Whether a text takes at most `maxBytes` in UTF-8. Counts only where its length does not tell. */
export function fitsIn(text: string, maxBytes: number): boolean {
  return text.length * MAX_BYTES_OF_CHAR <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}

/** Whether entries take at most {@link MAX_WIRE_BYTES} together. Counts only where their lengths do not tell. */
export function fitOnWire(entries: ContextWire['entries']): boolean {
  let chars = 0;
  for (const [name, text] of entries) chars += name.length + text.length;
  return chars * MAX_BYTES_OF_CHAR <= MAX_WIRE_BYTES || bytesOf(entries) <= MAX_WIRE_BYTES;
}

/** UTF-8 bytes of entries together. */
export function bytesOf(entries: ContextWire['entries']): number {
  return entries.reduce((sum, [name, text]) => sum + entryBytes(name, text), 0);
}

/**
 * Reads a wire from a peer that is not trusted. Version, shape, names, number and bytes are checked; no text
 * is parsed yet.
 *
 * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_WIRE
 */
export function parseWire(input: unknown): ContextWire['entries'] {
  if (typeof input !== 'object' || input === null || !('v' in input) || !('entries' in input)) {
    throw badWire('expected an object with v and entries');
  }
  if (input.v !== 1) throw badWire('expected version 1');
  if (!Array.isArray(input.entries)) throw badWire('expected entries to be an array');
  if (input.entries.length > MAX_WIRE_ENTRIES) {
    throw badWire(`expected at most ${MAX_WIRE_ENTRIES} entries, got ${input.entries.length}`);
  }
  const names = new Set<string>();
  // Not map, which skips holes.
  const entries = Array.from(input.entries, (entry: unknown) => {
    const [name, text] = parseEntry(entry);
    if (names.has(name)) throw badWire('expected each name once', name);
    names.add(name);
    return [name, text] as const;
  });
  if (!fitOnWire(entries)) throw badWire(`expected at most ${MAX_WIRE_BYTES} bytes in all`);
  return entries;
}

function parseEntry(entry: unknown): readonly [string, string] {
  if (!Array.isArray(entry) || entry.length !== 2) throw badWire('expected pairs of name and text');
  const [name, text]: readonly unknown[] = entry;
  if (typeof name !== 'string' || typeof text !== 'string') {
    throw badWire('expected name and text to be strings');
  }
  if (!isCarriedName(name)) throw badWire('expected a name of 1 to 128 plain characters');
  return [name, text];
}

/** The error for a wire that cannot be accepted; `variable` only after its name was checked. */
export function badWire(reason: string, variable?: string): ContextError {
  const where = variable === undefined ? '' : ` (variable ${variable})`;
  return new ContextError(
    'ERR_WAYBILL_CONTEXT_BAD_WIRE',
    `The context wire was refused: ${reason}${where}.`,
    variable === undefined ? {} : { variable },
  );
}
