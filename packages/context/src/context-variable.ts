import { registerCarrier } from './carrier.ts';
import type { CarryPolicy } from './carry-policy.ts';
import { emptyRecord, slots } from './slots.ts';

/** The options of a {@link ContextVariable}. */
export interface ContextVariableOptions<T> {
  /** Its name: for people, and on the wire. The names of carried variables are unique in their thread. */
  readonly name: string;
  /** What `get()` gives where nothing was set. @defaultValue undefined */
  readonly defaultValue?: T;
  /** Which borders it may cross. @defaultValue none: it stays in its thread */
  readonly carry?: CarryPolicy<T>;
}

/**
 * A named slot of the async context, as `AsyncContext.Variable` of the TC39 proposal. A value that was set by `run` is
 * seen by everything that `run` starts, synchronous or not, and by nothing else.
 *
 * Declare it once, at the top of a module. Disposing it frees its name (for tests and hot reload); values that are
 * set stay readable.
 *
 * @example
 * ```ts
 * const tenant = new ContextVariable<string>({ name: 'tenant', carry: { to: ['worker'] } });
 * tenant.run('acme', () => tenant.get()); // 'acme'
 * ```
 */
export class ContextVariable<T> implements Disposable {
  /** The name it was declared with. */
  readonly name: string;
  readonly #defaultValue: T | undefined;
  readonly #unregister: (() => void) | undefined;

  /**
   * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_POLICY when the policy contradicts itself (a secret with a
   *   border) or is out of range; ERR_WAYBILL_CONTEXT_DUPLICATE_NAME when this thread already carries that name
   */
  constructor(options: ContextVariableOptions<T>) {
    this.name = options.name;
    this.#defaultValue = options.defaultValue;
    if (options.carry === undefined) return;
    this.#unregister = registerCarrier(options.name, options.carry, {
      read: () => this.#readForBorder(),
      rebind: (value) => ({ key: this, value }),
    });
  }

  /** The value that is set in the current context, else the default. */
  get(): T | undefined {
    const record = slots.getStore();
    if (record === undefined || !record.has(this)) return this.#defaultValue;
    // The record is keyed by variable, and only `run` of this variable writes this key.
    return record.get(this) as T;
  }

  /**
   * Runs `fn` with `args` in a context in which this variable is `value`, and gives what it returns or throws. Any
   * value counts as set, `undefined` too.
   */
  run<Args extends unknown[], R>(value: T, fn: (...args: Args) => R, ...args: Args): R {
    const record = slots.getStore() ?? emptyRecord;
    // Called by us: the store would call it with `null` as its `this`.
    return slots.run(record.with(this, value), () => fn(...args));
  }

  /** Frees the name. May be called more than once. */
  [Symbol.dispose](): void {
    this.#unregister?.();
  }

  #readForBorder(): { readonly value: T } | undefined {
    if (slots.getStore()?.has(this) !== true) return undefined;
    const value = this.get() as T;
    // `undefined` without a default reads the same as not set, so it need not cross.
    return value === undefined && this.#defaultValue === undefined ? undefined : { value };
  }
}
