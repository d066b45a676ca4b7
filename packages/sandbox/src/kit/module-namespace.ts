import type { KitTools } from './kit-tools.ts';
import type { ModuleShape } from './kit-types.ts';

/** What a transformed module is called with; see `program/transform-module.ts`. */
export interface ModuleDoor {
  /** Takes the getters of the module's own bindings. */
  readonly exports: (getters: Record<string, () => unknown>) => void;
  /** Names a function that has no name of its own as the language does: `default`. */
  readonly nameDefault: (fn: object) => void;
  /** The namespaces of its static imports, in order. */
  readonly imports: readonly object[];
  /** Reads one import, for a call that must not pass the namespace as `this`. */
  readonly read: (index: number, name: string) => unknown;
  readonly dynamicImport: (specifier: unknown) => Promise<object>;
  readonly meta: object;
}

/** A module as the transform leaves it: runs to its first `yield` to be instantiated, then to its end. */
export type ModuleFunction = (door: ModuleDoor) => ModuleBody;

/** Async where the module awaits at its top level. */
export type ModuleBody = Generator<undefined, void> | AsyncGenerator<undefined, void>;

/** A module that is being linked. */
export interface LinkedModule {
  readonly shape: ModuleShape;
  readonly namespace: Record<string, unknown>;
  /** Reads its own bindings, by export name. */
  readonly getters: Record<string, () => unknown>;
  /** Namespaces of its static imports, in order. */
  readonly imports: object[];
  readonly body: ModuleBody;
  /** `passed`: whoever imports it need not wait; a promise: must. */
  evaluation: 'none' | 'passed' | 'failed' | Promise<unknown>;
  /** What it threw, where it failed. */
  failure: unknown;
}

/** One binding of a module; `name` undefined: its namespace. */
interface Binding {
  readonly module: LinkedModule;
  readonly name: string | undefined;
}

/**
 * Finds out what each exported name means and fills the namespaces, as the language says: own bindings first, then
 * `export *`, where a name that two of them mean differently is no export at all.
 *
 * Self-contained: its text is evaluated inside guest realms. It runs before any guest code, so that it may use the
 * built-ins as they are.
 */
export class ModuleNamespaces {
  readonly #tools: KitTools;
  readonly #known: (specifier: string, importer: string) => LinkedModule;

  constructor(tools: KitTools, known: (specifier: string, importer: string) => LinkedModule) {
    this.#tools = tools;
    this.#known = known;
  }

  /** Fills one module's namespace. */
  fill(module: LinkedModule): void {
    const names = [...this.#namesOf(module, new Set())];
    // By code units, as namespaces are ordered.
    names.sort((left, right) => (left < right ? -1 : 1));
    for (const name of names) {
      const binding = this.#find(module, name, new Set());
      if (binding !== undefined && binding !== 'ambiguous') {
        Object.defineProperty(module.namespace, name, {
          get: this.#getterOf(binding),
          enumerable: true,
        });
      }
    }
    Object.defineProperty(module.namespace, Symbol.toStringTag, { value: 'Module' });
    Object.preventExtensions(module.namespace);
  }

  /** Checks that every imported or re-exported name is there. */
  check({ shape }: LinkedModule): void {
    for (const { specifier, names } of shape.imports) {
      const from = this.#known(specifier, shape.specifier);
      for (const name of names) {
        const binding = this.#find(from, name, new Set());
        if (binding === undefined || binding === 'ambiguous') {
          const words = binding === undefined ? 'does not export' : 'exports more than one';
          const message = `${shape.specifier}: ${specifier} ${words} ${name}`;
          throw this.#tools.errors.refusal('ERR_WAYBILL_GUEST_SYNTAX', message);
        }
      }
    }
  }

  #namesOf(module: LinkedModule, seen: Set<LinkedModule>): Set<string> {
    const names = new Set<string>();
    if (seen.has(module)) return names;
    seen.add(module);
    for (const { name } of module.shape.exports) names.add(name);
    for (const star of module.shape.stars) {
      const from = this.#known(star, module.shape.specifier);
      for (const name of this.#namesOf(from, seen)) if (name !== 'default') names.add(name);
    }
    return names;
  }

  #find(module: LinkedModule, name: string, seen: Set<string>): Binding | 'ambiguous' | undefined {
    const { specifier, exports, stars } = module.shape;
    const step = `${specifier}\n${name}`;
    if (seen.has(step)) return undefined;
    seen.add(step);
    const own = exports.find((shape) => shape.name === name);
    if (own !== undefined) {
      if (own.from === undefined) return { module, name };
      const from = this.#known(own.from.specifier, specifier);
      if (own.from.name === undefined) return { module: from, name: undefined };
      return this.#find(from, own.from.name, seen);
    }
    if (name === 'default') return undefined;
    let found: Binding | undefined;
    for (const star of stars) {
      const next = this.#find(this.#known(star, specifier), name, seen);
      if (next === 'ambiguous') return next;
      if (next === undefined) continue;
      if (found !== undefined && (next.module !== found.module || next.name !== found.name)) {
        return 'ambiguous';
      }
      found = next;
    }
    return found;
  }

  #getterOf({ module, name }: Binding): () => unknown {
    if (name === undefined) return () => module.namespace;
    const getter = module.getters[name];
    if (getter === undefined) throw new TypeError(`no getter for ${name}`);
    return getter;
  }
}
