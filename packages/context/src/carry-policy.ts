import { ContextError } from './context-error.ts';
import type { Json } from './json.ts';
import { borders, isCarriedName, MAX_WIRE_BYTES } from './wire.ts';
import type { Border } from './wire.ts';

/** How a value becomes JSON and comes back. Both directions run once for each border that is crossed. */
export interface ContextCodec<T> {
  /** Gives the JSON form; what it returns must have an exact JSON form. May throw. */
  encode(value: T): Json;
  /** Gives the value back. `json` comes from a peer: check it, and throw when it is not what `encode` makes. */
  decode(json: Json): T;
}

/** Which borders a variable may cross, and how. A variable without a policy stays in its thread. */
export interface CarryPolicy<T> {
  /** The borders it may cross. Empty: none, but the variable is listed by `describe()`. */
  readonly to: readonly Border[];
  /**
   * How its value crosses.
   *
   * @defaultValue the value itself, which must then be of a JSON type and is not validated on arrival
   */
  readonly codec?: ContextCodec<T>;
  /**
   * The most UTF-8 bytes of its encoded text, from 1 to {@link MAX_WIRE_BYTES}.
   *
   * @defaultValue 4096
   */
  readonly maxBytes?: number;
  /**
   * The value never leaves its thread and is shown as `[secret]`. Refused together with a border in `to`.
   *
   * @defaultValue false
   */
  readonly secret?: boolean;
}

/** The default of {@link CarryPolicy.maxBytes}. */
export const DEFAULT_MAX_BYTES = 4096;

/**
 * Checks a policy when it is declared, so that no border finds it wrong later.
 *
 * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_POLICY
 */
export function assertPolicy<T>(name: string, policy: CarryPolicy<T>): void {
  const refuse = (reason: string): never => {
    throw new ContextError(
      'ERR_WAYBILL_CONTEXT_BAD_POLICY',
      `The carry policy of ${JSON.stringify(name)} was refused: ${reason}.`,
      { variable: name },
    );
  };
  if (!isCarriedName(name))
    refuse('expected a name of 1 to 128 characters of A-Z a-z 0-9 _ . : / @ -');
  if (!Array.isArray(policy.to)) refuse('expected `to` to be an array of borders');
  for (const border of policy.to) {
    if (!borders.includes(border)) refuse(`expected borders out of ${borders.join(', ')}`);
  }
  if (policy.secret === true && policy.to.length > 0) {
    refuse('a secret never leaves its thread, so `to` must be empty');
  }
  const { maxBytes = DEFAULT_MAX_BYTES } = policy;
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > MAX_WIRE_BYTES) {
    refuse(`expected maxBytes to be an integer from 1 to ${MAX_WIRE_BYTES}`);
  }
}
