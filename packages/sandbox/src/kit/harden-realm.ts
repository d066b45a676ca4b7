/** What the rest of the kit needs to know of a hardened realm. */
export interface HardenedRealm {
  /** Whether a value is a Proxy that guest code made. */
  readonly isProxy: (value: object) => boolean;
  /** The engine's own Proxy, which guests reach only through a wrapper. */
  readonly NativeProxy: ProxyConstructor;
}

/**
 * Takes out of a fresh realm what its isolate's heap limit does not count or what kills the process, and makes
 * proxies recognisable.
 *
 * Self-contained: its text is evaluated inside guest realms, before any guest code.
 *
 * - WebAssembly memories and tables, SharedArrayBuffer and resizable ArrayBuffers hold memory outside the heap
 *   limit (1 GB under a limit of 32 MB was measured). Atomics goes with the buffers it is for.
 * - A FinalizationRegistry's callbacks run outside every turn, and so without a time limit: one that loops holds the
 *   isolate's thread for good (measured).
 * - A Float16Array aborts the process in the addon's copying paths. None is used on guest values; it is gone
 *   all the same.
 */
export function hardenRealm(): HardenedRealm {
  const { construct, defineProperty, deleteProperty, ownKeys } = Reflect;
  const doomed = [
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'FinalizationRegistry',
    'Float16Array',
  ];
  for (const name of doomed) deleteProperty(globalThis, name);
  const hidden = { writable: true, enumerable: false, configurable: true };

  const NativeBuffer = ArrayBuffer;
  const FixedBuffer = function ArrayBuffer(length: number): object {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    return construct(NativeBuffer, [length], new.target) as object;
  };
  for (const key of ownKeys(NativeBuffer)) {
    const own = Reflect.getOwnPropertyDescriptor(NativeBuffer, key);
    if (own !== undefined) defineProperty(FixedBuffer, key, own);
  }
  defineProperty(NativeBuffer.prototype, 'constructor', { ...hidden, value: FixedBuffer });
  defineProperty(globalThis, 'ArrayBuffer', { ...hidden, value: FixedBuffer });
  for (const method of ['resize', 'resizable', 'maxByteLength']) {
    deleteProperty(NativeBuffer.prototype, method);
  }

  const NativeProxy = Proxy;
  const proxies = new WeakSet();
  const add = proxies.add.bind(proxies);
  const has = proxies.has.bind(proxies);
  const GuestProxy = function Proxy(target: object, handler: ProxyHandler<object>): object {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'");
    const proxy = new NativeProxy(target, handler);
    add(proxy);
    return proxy;
  };
  const revocable = (target: object, handler: ProxyHandler<object>): object => {
    const made = NativeProxy.revocable(target, handler);
    add(made.proxy);
    return made;
  };
  defineProperty(GuestProxy, 'revocable', { ...hidden, value: revocable });
  defineProperty(GuestProxy, 'prototype', { value: undefined, writable: false });
  defineProperty(globalThis, 'Proxy', { ...hidden, value: GuestProxy });

  return { isProxy: (value) => has(value), NativeProxy };
}
