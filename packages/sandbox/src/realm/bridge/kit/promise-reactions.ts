/** What runs when a promise settles. */
export type Reaction = (settled: unknown) => void;

/**
 * Attaches reactions to promises of its realm without running guest code.
 *
 * Self-contained: its text is evaluated inside guest realms. `then` asks a promise for its `constructor` and that for
 * its species, and hands what it finds there an executor: a guest that put something there would be called, in the
 * middle of the host, with functions that it must not get. So the question is answered beforehand.
 */
export class PromiseReactions {
  readonly #apply = Reflect.apply;
  readonly #define = Reflect.defineProperty;
  readonly #delete = Reflect.deleteProperty;
  readonly #isExtensible = Reflect.isExtensible;
  readonly #ownOf = Reflect.getOwnPropertyDescriptor;
  readonly #prototypeOf = Reflect.getPrototypeOf;
  readonly #PromiseOf = Promise;
  readonly #promisePrototype: object = Promise.prototype;
  readonly #thenOf: unknown = this.#ownOf(Promise.prototype, 'then')?.value;
  readonly #species = Symbol.species;
  readonly #speciesOf: unknown = this.#ownOf(Promise, Symbol.species)?.get;

  /**
   * Has `ok` or `fail` run when a promise settles; each is run from the microtask queue of the realm it was made in.
   *
   * @param promise - a true promise, of any class
   * @returns false where that cannot be done without running guest code; then nothing was done
   */
  react(promise: object, ok: Reaction, fail: Reaction): boolean {
    const then = this.#thenOf as () => unknown;
    if (this.#isPlain(promise)) {
      this.#apply(then, promise, [ok, fail]);
      return true;
    }
    const isTaken = this.#ownOf(promise, 'constructor') !== undefined;
    if (isTaken || !this.#isExtensible(promise)) return false;
    // A constructor that is undefined stands for the engine's own. Not done to plain promises: V8 drops a shortcut for
    // all promises of the thread once a single one has a constructor of its own.
    const none = { __proto__: null, value: undefined, configurable: true };
    this.#define(promise, 'constructor', none as PropertyDescriptor);
    this.#apply(then, promise, [ok, fail]);
    this.#delete(promise, 'constructor');
    return true;
  }

  #isPlain(promise: object): boolean {
    return (
      this.#prototypeOf(promise) === this.#promisePrototype &&
      this.#ownOf(promise, 'constructor') === undefined &&
      this.#ownOf(this.#promisePrototype, 'constructor')?.value === this.#PromiseOf &&
      this.#ownOf(this.#PromiseOf, this.#species)?.get === this.#speciesOf
    );
  }
}
