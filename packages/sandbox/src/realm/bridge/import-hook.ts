import type { Module } from 'node:vm';
import { isOfHost } from '../prototype-chain.ts';

/** Loads, links and evaluates the module that a guest imports; what it throws the guest's `import()` rejects with. */
export type LoadModule = (
  specifier: string,
  attributes: Readonly<Record<string, unknown>>,
) => Promise<Module>;

/** What Node takes as `importModuleDynamically`. */
export type ImportHook = (
  specifier: string,
  referrer: unknown,
  attributes: Readonly<Record<string, unknown>>,
) => Promise<Module>;

/** What the hook needs of its bridge. */
export interface ImportDesk {
  readonly hold: () => Disposable;
  /** Makes an error of the realm that says as much of an error as a guest may know. */
  readonly errorForGuest: (error: unknown) => unknown;
}

/** Makes an import hook through which only objects of the realm reach the guest. */
export function makeImportHook(load: LoadModule, desk: ImportDesk): ImportHook {
  return async (specifier, _referrer, attributes) => {
    const held = desk.hold();
    try {
      const module = await load(specifier, attributes);
      assertImportable(specifier, module);
      return module;
    } catch (error) {
      // What the module itself threw is the guest's already.
      throw isOfHost(error) ? desk.errorForGuest(error) : error;
    } finally {
      held[Symbol.dispose]();
    }
  };
}

function assertImportable(specifier: string, module: Module): void {
  if (module.status === 'errored') throw module.error;
  if (module.status !== 'evaluated') {
    throw new TypeError(`module ${specifier} was not evaluated, it is ${module.status}`);
  }
  // Node resolves a promise of the host's with the namespace: the guest's `then` would be given the host's functions.
  if (Reflect.has(module.namespace, 'then')) {
    throw new TypeError(`module ${specifier} exports then, so import() cannot give it`);
  }
}
