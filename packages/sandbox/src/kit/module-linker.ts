import { type KitTools, subscribe } from './kit-tools.ts';
import type { ModuleShape } from './kit-types.ts';
import {
  type LinkedModule,
  type ModuleDoor,
  type ModuleFunction,
  ModuleNamespaces,
} from './module-namespace.ts';
import { resolveSpecifier } from './resolve-specifier.ts';

/**
 * Does what the engine does for modules: instantiates all, links them, then evaluates each once after its imports,
 * cycles, live bindings and top-level awaits included.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class ModuleLinker {
  readonly #tools: KitTools;
  readonly #linked: Record<string, LinkedModule>;
  readonly #next: Generator<undefined, void>['next'];
  readonly #nextAsync: AsyncGenerator<undefined, void>['next'];

  constructor(tools: KitTools) {
    this.#tools = tools;
    this.#linked = tools.p.makeRecord();
    const prototypeOf = (made: object): object => Object.getPrototypeOf(made).prototype as object;
    this.#next = (prototypeOf(function* () {}) as Generator<undefined, void>).next;
    this.#nextAsync = (prototypeOf(async function* () {}) as AsyncGenerator<undefined, void>).next;
  }

  /**
   * Instantiates and links the modules of a program; called once, before any guest code.
   *
   * @returns the main module, which is the first
   * @throws what linking failed with
   */
  link(shapes: readonly ModuleShape[], functions: readonly ModuleFunction[]): LinkedModule {
    const modules = shapes.map((shape, index) =>
      this.#instantiate(shape, functions[index] as ModuleFunction),
    );
    const namespaces = new ModuleNamespaces(this.#tools, (name, from) => this.#known(name, from));
    for (const module of modules) namespaces.fill(module);
    for (const module of modules) {
      namespaces.check(module);
      for (const { specifier } of module.shape.imports) {
        module.imports.push(this.#known(specifier, module.shape.specifier).namespace);
      }
      Object.freeze(module.imports);
    }
    return modules[0] as LinkedModule;
  }

  /**
   * Evaluates a module after its imports, unless that was done or is under way further up, as in a cycle.
   *
   * @returns undefined where nobody need wait for it, otherwise a promise that it is evaluated
   * @throws what it threw, or an import of it, where that did not wait for anything
   */
  run(module: LinkedModule): Promise<unknown> | undefined {
    if (module.evaluation === 'passed') return undefined;
    if (module.evaluation === 'failed') throw module.failure;
    if (module.evaluation !== 'none') return module.evaluation;
    module.evaluation = 'passed';
    try {
      const rest = this.#start(module);
      if (rest !== undefined) module.evaluation = rest;
      return rest;
    } catch (error) {
      module.evaluation = 'failed';
      module.failure = error;
      throw error;
    }
  }

  #start(module: LinkedModule): Promise<unknown> | undefined {
    const { imports, specifier } = module.shape;
    const waits: Promise<unknown>[] = [];
    for (let index = 0; index < imports.length; index++) {
      const from = this.#known((imports[index] as { specifier: string }).specifier, specifier);
      const wait = this.run(from);
      if (wait !== undefined) this.#tools.p.put(waits, waits.length, wait);
    }
    return waits.length === 0 ? this.#body(module) : this.#bodyAfter(module, waits);
  }

  // An async body runs up to its first await, any other to its end.
  #body({ shape, body }: LinkedModule): Promise<unknown> | undefined {
    const { apply } = this.#tools.p;
    if (shape.awaits) return apply(this.#nextAsync, body, []);
    apply(this.#next, body, []);
    return undefined;
  }

  async #bodyAfter(module: LinkedModule, waits: readonly Promise<unknown>[]): Promise<void> {
    for (let index = 0; index < waits.length; index++) await waits[index];
    await this.#body(module);
  }

  #instantiate(shape: ModuleShape, make: ModuleFunction): LinkedModule {
    const { p } = this.#tools;
    const imports: object[] = [];
    const getters: LinkedModule['getters'] = p.makeRecord();
    const door: ModuleDoor = {
      exports: (own) => void Object.assign(getters, own),
      nameDefault: (fn) =>
        void Object.defineProperty(fn, 'name', { value: 'default', configurable: true }),
      imports,
      read: (index, name) => (imports[index] as Record<string, unknown>)[name],
      dynamicImport: (specifier) => this.#import(specifier, shape.specifier),
      meta: p.freeze({ __proto__: null, url: `waybill:${shape.specifier}` }),
    };
    const module: LinkedModule = {
      shape,
      imports,
      getters,
      namespace: p.makeRecord(),
      body: make(p.freeze(door)),
      evaluation: 'none',
      failure: undefined,
    };
    this.#linked[shape.specifier] = module;
    // Up to the first yield nothing of the guest runs: its hoisted functions exist and exports are declared.
    void this.#body(module);
    return module;
  }

  #import(specifier: unknown, importer: string): Promise<object> {
    return this.#tools.p.makePromise((resolve, reject) => {
      const target = this.#known(this.#tools.p.textOf(specifier), importer);
      const namespace = target.namespace;
      const waits = this.run(target);
      if (waits === undefined) resolve(namespace);
      else void subscribe(waits, () => resolve(namespace), reject);
    });
  }

  #known(specifier: string, importer: string): LinkedModule {
    const found = this.#linked[resolveSpecifier(specifier, importer)];
    if (found !== undefined) return found;
    const words = `${importer} imports ${specifier}, which is not in the job's module map`;
    throw this.#tools.errors.refusal('ERR_WAYBILL_GUEST_MODULE_NOT_FOUND', words);
  }
}
