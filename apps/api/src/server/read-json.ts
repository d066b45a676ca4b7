import { makeError } from '@waybill/protocol';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** How much JSON is read. */
export interface JsonLimits {
  /** Levels of arrays and objects. */
  readonly maxDepth: number;
  /** Values of arrays and objects, and these themselves: each of them takes many times the bytes that stand in the text. */
  readonly maxValues: number;
}

/**
 * Reads a JSON text from outside: valid UTF-8, within the limits, without keys that reach a prototype where a value is copied
 * carelessly.
 *
 * @throws `ERR_WAYBILL_INVALID_REQUEST`
 */
export function readJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  const text = decode(bytes);
  // Before it is parsed: whatever walks a deep value afterwards may not be ready for it.
  const passed = passedLimit(text, limits);
  if (passed !== undefined) {
    const unit = passed === 'maxDepth' ? 'levels' : 'values';
    refuse(`expected JSON of at most ${limits[passed]} ${unit}, got more`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const [place = ''] = / at position \d+/.exec(String(error)) ?? [];
    refuse(`expected a JSON body, got something else${place}`);
  }
  if (poisonous.test(text)) assertNoPoison(value);
  return value;
}

function refuse(words: string): never {
  throw makeError('ERR_WAYBILL_INVALID_REQUEST', words);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('expected a body in UTF-8, got other bytes');
  }
}

const quote = 0x22;
const backslash = 0x5c;
// [ and {, ] and }: they differ in one bit.
const caseBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;
const comma = 0x2c;

/** Which limit a text passes by its brackets and commas outside of strings, if any. The text need not be JSON. */
export function passedLimit(
  text: string,
  { maxDepth, maxValues }: JsonLimits,
): keyof JsonLimits | undefined {
  let depth = 0;
  let valuesCount = 1;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === quote) index = endOfString(text, index);
    else if (unit === comma) valuesCount += 1;
    else if ((unit | caseBit) === closing) depth -= 1;
    else if ((unit | caseBit) === opening) {
      depth += 1;
      // What it holds first; an empty one counts as if it held one.
      valuesCount += 1;
    }
    if (depth > maxDepth) return 'maxDepth';
    if (valuesCount > maxValues) return 'maxValues';
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (unit === quote) return index;
    index += unit === backslash ? 2 : 1;
  }
  return index;
}

// Either key may be written with escapes.
const poisonous = /"(?:_|\\u005f){2}proto|"(?:c|\\u0063)onstructor|\\u00/i;

function assertNoPoison(root: unknown): void {
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) refuse('expected no key named __proto__, got one');
    const held = Object.hasOwn(value, 'constructor') ? Reflect.get(value, 'constructor') : null;
    if (typeof held === 'object' && held !== null && Object.hasOwn(held, 'prototype')) {
      refuse('expected no key constructor with a key prototype, got one');
    }
    for (const part of Object.values(value)) waiting.push(part);
  }
}
