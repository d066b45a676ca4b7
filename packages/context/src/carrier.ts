import { assertPolicy, DEFAULT_MAX_BYTES } from './carry-policy.ts';
import type { CarryPolicy } from './carry-policy.ts';
import { ContextError } from './context-error.ts';
import { findJsonFlaw } from './json.ts';
import type { Json } from './json.ts';
import { badWire, fitsIn } from './wire.ts';
import type { Border } from './wire.ts';

/** What sets one variable or store again: a value in the record of variables, or a store that runs `next`. */
export type Rebinding =
  | { readonly key: object; readonly value: unknown }
  | { readonly enter: <R>(next: () => R) => R };

/** A variable or a store that has a carry policy, seen from the border. */
export interface Carrier {
  readonly name: string;
  /** Whether its policy names `border`. */
  crosses(border: Border): boolean;
  /** The JSON text of its value in the current context; `undefined` when it is not set. */
  encodeCurrent(): string | undefined;
  /** The same for people: a secret is masked, a long text is cut, and it never throws. */
  describeCurrent(): string | undefined;
  /** Decodes `text` and gives what sets the value. */
  decode(text: string): Rebinding;
}

/** Where a carrier's values live. */
export interface Slot<T> {
  /** The value that is set in the current context, boxed because `undefined` is a value. */
  read(): { readonly value: T } | undefined;
  /** What sets `value` again. */
  rebind(value: T): Rebinding;
}

const MAX_DESCRIBED_CHARS = 256;

// One thread, one set of carried names: a wire names a variable and nothing else.
const carriers = new Map<string, Carrier>();

/** The carriers of this thread, in the order of their declaration. */
export function listCarriers(): Iterable<Carrier> {
  return carriers.values();
}

/** The carrier called `name`, when this thread has one. */
export function findCarrier(name: string): Carrier | undefined {
  return carriers.get(name);
}

/**
 * Makes `slot` known by `name` until the returned function is called.
 *
 * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_POLICY, ERR_WAYBILL_CONTEXT_DUPLICATE_NAME
 */
export function registerCarrier<T>(
  name: string,
  policy: CarryPolicy<T>,
  slot: Slot<T>,
): () => void {
  assertPolicy(name, policy);
  if (carriers.has(name)) {
    throw new ContextError(
      'ERR_WAYBILL_CONTEXT_DUPLICATE_NAME',
      `This thread already carries a variable named ${name}; dispose it, or choose another name.`,
      { variable: name },
    );
  }
  const carrier = makeCarrier(name, policy, slot);
  carriers.set(name, carrier);
  return () => {
    if (carriers.get(name) === carrier) carriers.delete(name);
  };
}

function makeCarrier<T>(name: string, policy: CarryPolicy<T>, slot: Slot<T>): Carrier {
  const { codec, maxBytes = DEFAULT_MAX_BYTES, secret = false } = policy;
  const to: ReadonlySet<Border> = new Set(policy.to);
  const encodeValue = (value: T): string =>
    encode(name, () => (codec === undefined ? value : codec.encode(value)), maxBytes);
  return {
    name,
    crosses: (border) => to.has(border),
    encodeCurrent: () => {
      const current = slot.read();
      return current === undefined ? undefined : encodeValue(current.value);
    },
    describeCurrent: () => {
      const current = slot.read();
      if (current === undefined) return undefined;
      return secret ? '[secret]' : describe(() => encodeValue(current.value));
    },
    decode: (text) => {
      const json = parseText(name, text, maxBytes);
      const value = codec === undefined ? (json as T) : decode(name, () => codec.decode(json));
      return slot.rebind(value);
    },
  };
}

function encode(name: string, toJson: () => unknown, maxBytes: number): string {
  let text: string;
  try {
    const json = toJson();
    // A string has none, and most values are strings.
    const flaw = typeof json === 'string' ? undefined : findJsonFlaw(json, maxBytes);
    if (flaw !== undefined) throw notCarriable(name, `has ${flaw.found} at ${flaw.path}`);
    text = JSON.stringify(json);
  } catch (error) {
    if (error instanceof ContextError) throw error;
    // The codec's own error is the caller's, in the caller's thread: it may be kept.
    throw notCarriable(name, 'could not be encoded', error);
  }
  if (fitsIn(text, maxBytes)) return text;
  const bytes = Buffer.byteLength(text);
  throw new ContextError(
    'ERR_WAYBILL_CONTEXT_TOO_LARGE',
    `The value of variable ${name} takes ${bytes} bytes on the wire; at most ${maxBytes} are allowed.`,
    { variable: name },
  );
}

function describe(toText: () => string): string {
  try {
    const text = toText();
    return text.length > MAX_DESCRIBED_CHARS ? `${text.slice(0, MAX_DESCRIBED_CHARS)}…` : text;
  } catch (error) {
    return error instanceof ContextError ? `[${error.code}]` : '[unprintable]';
  }
}

function notCarriable(variable: string, problem: string, cause?: unknown): ContextError {
  return new ContextError(
    'ERR_WAYBILL_CONTEXT_NOT_CARRIABLE',
    `The value of variable ${variable} ${problem}; only exact JSON crosses a border.`,
    cause === undefined ? { variable } : { variable, cause },
  );
}

function parseText(name: string, text: string, maxBytes: number): Json {
  if (!fitsIn(text, maxBytes)) throw badWire(`expected at most ${maxBytes} bytes`, name);
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    // Without a cause: the message of a SyntaxError quotes the text.
    throw badWire('expected JSON text', name);
  }
  const flaw = typeof json === 'string' ? undefined : findJsonFlaw(json, maxBytes);
  if (flaw !== undefined) throw badWire(`found ${flaw.found} at ${flaw.path}`, name);
  return json;
}

function decode<T>(name: string, fromJson: () => T): T {
  try {
    return fromJson();
  } catch (error) {
    // Without a cause: a codec's message is likely to quote the value that it refuses.
    const kind = error instanceof Error ? error.name : typeof error;
    throw badWire(`its codec threw ${kind}`, name);
  }
}
