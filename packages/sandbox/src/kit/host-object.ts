import type { HostCalls } from './host-calls.ts';
import type { KitJob } from './kit-job.ts';
import type { KitTools } from './kit-tools.ts';

/** A level of the names: a host function, a namespace, or both (`users` beside `users.get`). */
interface NameTree {
  index: number;
  name: string;
  readonly below: Record<string, NameTree>;
}

/**
 * Makes the `host` object of each job: `host.users.get(id)` calls the host function `users.get`.
 *
 * Self-contained: its text is evaluated inside guest realms. Which job calls is decided by the closure that each
 * job's `host` object is, never by anything the guest passes; it dies with its job.
 */
export class HostObjects {
  readonly #tools: KitTools;
  readonly #calls: HostCalls;
  readonly #NativeProxy: ProxyConstructor;
  // The same for every job of the realm.
  readonly #root: NameTree;

  constructor(
    tools: KitTools,
    calls: HostCalls,
    made: { names: readonly string[]; NativeProxy: ProxyConstructor },
  ) {
    this.#tools = tools;
    this.#calls = calls;
    this.#NativeProxy = made.NativeProxy;
    this.#root = this.#level('');
    for (let index = 0; index < made.names.length; index++)
      this.#add(made.names[index] as string, index);
  }

  /** A job's `host` object. Its members are made when they are asked for. */
  objectFor(job: KitJob): object {
    return this.#namespace(job, this.#root);
  }

  // Runs before any guest code, so that it may use the built-ins as they are.
  #add(name: string, index: number): void {
    let level = this.#root;
    for (const part of name.split('.')) {
      level = level.below[part] ??= this.#level(level.name === '' ? part : `${level.name}.${part}`);
    }
    level.index = index;
  }

  #level(name: string): NameTree {
    return { index: -1, name, below: this.#tools.p.makeRecord() };
  }

  #namespace(job: KitJob, tree: NameTree): object {
    const { p } = this.#tools;
    const made = p.makeRecord<object>();
    const refuse = (): boolean => false;
    const get = (_target: object, key: string | symbol): unknown => {
      if (typeof key === 'symbol') return undefined;
      const known = made[key];
      if (known !== undefined) return known;
      const found = tree.below[key];
      if (found === undefined) return this.#unknown(tree, key, get);
      const member = found.index < 0 ? this.#namespace(job, found) : this.#function(job, found);
      p.put(made, key, member);
      return member;
    };
    const isKnown = (key: string | symbol): boolean => typeof key === 'string' && key in tree.below;
    const handler: ProxyHandler<object> & { __proto__: null } = {
      __proto__: null,
      get,
      has: (_target: object, key: string | symbol) => isKnown(key),
      ownKeys: () => p.ownKeys(tree.below),
      getOwnPropertyDescriptor: (target: object, key: string | symbol) =>
        isKnown(key)
          ? { __proto__: null, value: get(target, key), enumerable: true, configurable: true }
          : undefined,
      set: refuse,
      defineProperty: refuse,
      deleteProperty: refuse,
      setPrototypeOf: refuse,
      preventExtensions: refuse,
    };
    return new this.#NativeProxy(p.makeRecord(), handler);
  }

  #function(job: KitJob, tree: NameTree): object {
    const { p } = this.#tools;
    const { index, name, below } = tree;
    const called = (...args: unknown[]): unknown =>
      this.#calls.call(job, { index, name, called }, args);
    p.put(called, 'name', name, false);
    const keys = p.ownKeys(below);
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string;
      const found = below[key] as NameTree;
      p.put(
        called,
        key,
        found.index < 0 ? this.#namespace(job, found) : this.#function(job, found),
      );
    }
    return p.freeze(called);
  }

  #unknown(tree: NameTree, key: string, get: (target: object, key: string) => unknown): undefined {
    // Promise machinery and JSON look for these on everything they are given.
    if (key === 'then' || key === 'toJSON' || key === 'constructor') return undefined;
    const { errors } = this.#tools;
    const name = tree.name === '' ? key : `${tree.name}.${key}`;
    const words = `there is no host function named ${name}`;
    const frames = errors.framesOf(errors.callSite(get));
    throw errors.refusal('ERR_WAYBILL_HOST_FUNCTION_UNKNOWN', words, frames);
  }
}
