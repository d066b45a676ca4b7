import type { AsyncLocalStorage } from 'node:async_hooks';
import { registerCarrier } from './carrier.ts';
import type { CarryPolicy } from './carry-policy.ts';

/** The options of {@link carryStore}: a name for the wire, and the policy. */
export interface CarryStoreOptions<T> extends CarryPolicy<T> {
  /** Its name on the wire, unique among what this thread carries. */
  readonly name: string;
}

/** A foreign store that is carried. Disposing it ends that, and leaves the store alone. */
export interface CarriedStore extends Disposable {
  /** Its name on the wire. */
  readonly name: string;
}

/**
 * Carries an AsyncLocalStorage that somebody else owns, as if it were a {@link ContextVariable}. A store that is
 * `undefined` counts as not set; every other value, `null`, `0` and `''` too, crosses.
 *
 * Declare it on both sides, with the same name. The store is read when a wire is written and is entered by
 * `als.run` in `ContextSnapshot.fromWire`.
 *
 * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_POLICY, ERR_WAYBILL_CONTEXT_DUPLICATE_NAME
 */
export function carryStore<T>(
  als: AsyncLocalStorage<T>,
  options: CarryStoreOptions<T>,
): CarriedStore {
  const unregister = registerCarrier(options.name, options, {
    read: () => {
      const value = als.getStore();
      return value === undefined ? undefined : { value };
    },
    rebind: (value) => ({ enter: (next) => als.run(value, next) }),
  });
  return { name: options.name, [Symbol.dispose]: unregister };
}
