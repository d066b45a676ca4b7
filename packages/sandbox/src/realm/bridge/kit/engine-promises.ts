import type { KitPrimordials } from '../../../kit/kit-primordials.ts';
import type { PromiseReactions } from './promise-reactions.ts';

type Method = (...args: unknown[]) => unknown;

/** The parts of `WebAssembly` that are met here. */
interface Wasm {
  readonly compile: Method;
  readonly Module: (new () => object) & { readonly exports: Method };
  readonly Instance: new (module: unknown, imports: unknown) => object;
}

/**
 * Keeps watch over what in a realm goes on without the realm's microtask queue: promises that the engine settles.
 *
 * Self-contained: its text is evaluated inside guest realms, before any guest code.
 *
 * - `WebAssembly.compile` and `Atomics.waitAsync` settle their promises from tasks of the host's event loop, and nobody
 *   would drain the realm's queue then. Each is counted, and the host is told when it is through.
 * - `WebAssembly.instantiate` runs a module's start function from such a task, without any time limit (measured). Here
 *   it only compiles there; the instance is made in a drain.
 * - The streaming functions reject with an error of the host's realm, through which a guest reaches `process`
 *   (measured). They are gone: a realm has no `Response` that they could take.
 * - The callbacks of a FinalizationRegistry are such tasks too (measured). It is gone.
 */
export class EnginePromises {
  readonly #p: KitPrimordials;
  readonly #reactions: PromiseReactions;
  readonly #onEngine: () => void;
  #count = 0;

  /** @param onEngine - the host's; called from the host's microtask queue when the engine has settled a promise */
  constructor(p: KitPrimordials, reactions: PromiseReactions, onEngine: () => void) {
    this.#p = p;
    this.#reactions = reactions;
    this.#onEngine = onEngine;
  }

  /** How many promises the engine has not settled, or has and their guest does not know yet. */
  get count(): number {
    return this.#count;
  }

  install(): void {
    Reflect.deleteProperty(globalThis, 'FinalizationRegistry');
    // Absent in a Node that runs without a compiler.
    const wasm: unknown = Reflect.get(globalThis, 'WebAssembly');
    if (typeof wasm === 'object' && wasm !== null) this.#installWebAssembly(wasm as Wasm);
    this.#installWaitAsync();
  }

  #installWebAssembly(wasm: Wasm): void {
    const { compile: nativeCompile, Module, Instance } = wasm;
    const { exports: exportsOf } = Module;
    const compile = (...args: unknown[]): unknown =>
      this.#watch(this.#p.apply(nativeCompile, wasm, args));
    const isModule = (source: unknown): boolean => {
      try {
        this.#p.apply(exportsOf, Module, [source]);
        return true;
      } catch {
        // Asked for its exports, everything else throws: no other question cannot be lied to.
        return false;
      }
    };
    const instantiate = async (source: unknown, imports: unknown, options: unknown) => {
      if (isModule(source)) return new Instance(source, imports);
      const module = await compile(source, options);
      return { module, instance: new Instance(module, imports) };
    };
    this.#p.put(wasm, 'compile', compile);
    this.#p.put(wasm, 'instantiate', instantiate);
    Reflect.deleteProperty(wasm, 'compileStreaming');
    Reflect.deleteProperty(wasm, 'instantiateStreaming');
  }

  #installWaitAsync(): void {
    const native = Reflect.get(Atomics, 'waitAsync') as Method;
    const waitAsync = (...args: unknown[]): unknown => {
      const wait = this.#p.apply(native, Atomics, args) as { async: boolean; value: unknown };
      if (wait.async) this.#watch(wait.value);
      return wait;
    };
    this.#p.put(Atomics, 'waitAsync', waitAsync, false);
  }

  #watch(promise: unknown): unknown {
    const settled = (): void => void (this.#count -= 1);
    this.#count += 1;
    // The engine has just made it: nothing that a guest did can be in the way.
    this.#reactions.react(promise as object, settled, settled);
    this.#reactions.react(promise as object, this.#onEngine, this.#onEngine);
    return promise;
  }
}
