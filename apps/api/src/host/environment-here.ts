import type { Environment } from '../config/from-environment.ts';

// On the global object, not in this module: an operator's module may come with a copy of this package of its own.
const taken = Symbol.for('waybill.takenEnvironment');

/**
 * Takes variables out of the environment of this process, so that no process that it starts later inherits them. Host functions of
 * this process still find them by {@link environmentHere}.
 */
export function takeFromEnvironment(names: Iterable<string>): void {
  const kept: Record<string, string> = Object.create(null);
  Object.assign(kept, takenHere());
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
    delete process.env[name];
  }
  Object.defineProperty(globalThis, taken, { value: Object.freeze(kept), configurable: true });
}

/** The environment of this process, with what was taken out of it; what stands there now goes before. */
export function environmentHere(): Environment {
  return { ...takenHere(), ...process.env };
}

function takenHere(): Environment {
  return (globalThis as { readonly [taken]?: Environment })[taken] ?? {};
}
