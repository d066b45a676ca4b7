import type { SignalListener, Signals } from '../database/signals.ts';

/** Signals that reach nobody until the test says so. */
export interface HeldSignals {
  readonly signals: Signals;
  readonly listenerCount: () => number;
  /** Wakes every listener. */
  readonly wake: (keys?: ReadonlySet<string> | '*') => void;
}

/** Makes signals that are held back. */
export function heldSignals(): HeldSignals {
  const listeners = new Set<SignalListener>();
  return {
    signals: {
      tell: () => undefined,
      on(_name, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async [Symbol.asyncDispose]() {},
    },
    listenerCount: () => listeners.size,
    wake(keys = '*') {
      for (const listener of listeners) listener(keys);
    },
  };
}
