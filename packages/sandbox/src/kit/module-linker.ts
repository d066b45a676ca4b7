import type { KitTools, ModuleShape } from './kit-types.ts';
import { resolveSpecifier } from './resolve-specifier.ts';

/** What a transformed module is called with; see `program/transform-module.ts`. */
export interface ModuleDoor {
  /** Registers the getters of the module's own exports. */
  readonly exports: (getters: Record<string, () => unknown>) => void;
  /** The namespaces of its static imports, in order. */
  readonly imports: readonly object[];
  readonly dynamicImport: (specifier: unknown) => Promise<object>;
  readonly meta: object;
}

/** A module as the transform leaves it: runs to its first `yield` to be instantiated, then to its end. */
export type ModuleFunction = (door: ModuleDoor) => AsyncGenerator<undefined, void>;

/** Links and evaluates the modules of one program. */
export type EvaluateProgram = (
  shapes: readonly ModuleShape[],
  functions: readonly ModuleFunction[],
) => Promise<object>;

/**
 * Makes the part of the kit that does what the engine does for modules: instantiate all, then evaluate each
 * once after its imports, cycles and live bindings included.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export function makeModuleLinker(tools: KitTools): EvaluateProgram {
  const { primordials: p, kitError } = tools;
  const { create, freeze, defineProperty } = Object;
  const PromiseOf = Promise;
  const generatorPrototype = Object.getPrototypeOf(async function* () {}).prototype as object;
  const { next: advance } = generatorPrototype as AsyncGenerator<undefined, void>;
  const { then } = Promise.prototype;
  const settledPromise = Promise.resolve();
  type Linked = {
    shape: ModuleShape;
    namespace: object;
    generator: AsyncGenerator<undefined, void>;
    evaluated: Promise<unknown> | undefined;
  };
  // The modules whose evaluation waits for the one at hand.
  type Chain = { module: Linked; below: Chain | undefined };

  return (shapes, functions) => {
    const linked = create(null) as Record<string, Linked>;

    const known = (specifier: string, importer: string): Linked => {
      const name = resolveSpecifier(specifier, importer);
      const found = linked[name];
      if (found === undefined) {
        const words = `${importer} imports ${specifier}, which is not in the job's module map`;
        throw kitError('ERR_WAYBILL_GUEST_MODULE_NOT_FOUND', words);
      }
      return found;
    };
    const addExport = (namespace: object, name: string, get: () => unknown): void => {
      defineProperty(namespace, name, { __proto__: null, get, enumerable: true } as never);
    };
    const instantiate = (shape: ModuleShape, run: ModuleFunction): void => {
      const namespace = create(null) as object;
      defineProperty(namespace, Symbol.toStringTag, { __proto__: null, value: 'Module' } as never);
      const imports: object[] = [];
      const door: ModuleDoor = {
        exports: (getters) => {
          const names = p.ownKeys(getters);
          for (let index = 0; index < names.length; index++) {
            const name = names[index] as string;
            addExport(namespace, name, getters[name] as () => unknown);
          }
        },
        imports,
        dynamicImport: (specifier) =>
          new PromiseOf((resolve, reject) => {
            const target = known(`${specifier as string}`, shape.specifier);
            p.apply(then, evaluate(target), [() => resolve(target.namespace), reject]);
          }),
        meta: freeze({ __proto__: null, url: `waybill:${shape.specifier}` }),
      };
      const generator = run(door);
      linked[shape.specifier] = { shape, namespace, generator, evaluated: undefined };
      // Up to the first yield nothing of the guest runs: its hoisted functions exist and exports are declared.
      p.apply(advance, generator, []);
      for (let index = 0; index < shape.imports.length; index++) {
        defineProperty(imports, index, {
          __proto__: null,
          get: () =>
            known((shape.imports[index] as { specifier: string }).specifier, shape.specifier)
              .namespace,
        } as never);
      }
    };
    const linkStars = (module: Linked, seen: Record<string, boolean>): void => {
      if (seen[module.shape.specifier] === true) return;
      seen[module.shape.specifier] = true;
      const { stars, specifier } = module.shape;
      for (let index = 0; index < stars.length; index++) {
        const from = known(stars[index] as string, specifier);
        linkStars(from, seen);
        const names = p.ownKeys(from.namespace);
        for (let at = 0; at < names.length; at++) {
          const name = names[at] as string;
          if (name !== 'default' && !(name in module.namespace)) {
            addExport(
              module.namespace,
              name,
              () => (from.namespace as Record<string, unknown>)[name],
            );
          }
        }
      }
    };
    const checkImports = (module: Linked): void => {
      const { imports, specifier } = module.shape;
      for (let index = 0; index < imports.length; index++) {
        const wanted = imports[index] as { specifier: string; names: readonly string[] };
        const from = known(wanted.specifier, specifier);
        for (let at = 0; at < wanted.names.length; at++) {
          const name = wanted.names[at] as string;
          if (!(name in from.namespace)) {
            const words = `${specifier}: ${wanted.specifier} does not export ${name}`;
            throw kitError('ERR_WAYBILL_GUEST_SYNTAX', words);
          }
        }
      }
    };
    const waitsFor = (chain: Chain | undefined, module: Linked): boolean => {
      for (let link = chain; link !== undefined; link = link.below) {
        if (link.module === module) return true;
      }
      return false;
    };
    const evaluateInOrder = async (module: Linked, below: Chain | undefined): Promise<void> => {
      const { imports, specifier } = module.shape;
      const chain: Chain = { module, below };
      for (let index = 0; index < imports.length; index++) {
        const from = known((imports[index] as { specifier: string }).specifier, specifier);
        // In a cycle the one further up is not waited for: its bindings are there, if not yet filled.
        if (!waitsFor(chain, from)) await evaluate(from, chain);
      }
      await p.apply(advance, module.generator, []);
    };
    const evaluate = (module: Linked, below?: Chain): Promise<unknown> => {
      module.evaluated ??= p.apply(then, settledPromise, [() => evaluateInOrder(module, below)]);
      return module.evaluated as Promise<unknown>;
    };

    for (let index = 0; index < shapes.length; index++) {
      const shape = shapes[index] as ModuleShape;
      instantiate(shape, functions[index] as ModuleFunction);
    }
    for (let index = 0; index < shapes.length; index++) {
      const module = known((shapes[index] as ModuleShape).specifier, '');
      linkStars(module, create(null) as Record<string, boolean>);
    }
    for (let index = 0; index < shapes.length; index++) {
      checkImports(known((shapes[index] as ModuleShape).specifier, ''));
    }
    const main = known((shapes[0] as ModuleShape).specifier, '');
    return p.apply(then, evaluate(main), [() => main.namespace]) as Promise<object>;
  };
}
