import type { KitJob, KitTools } from './kit-types.ts';

/** What one job reaches the host through: its `host` object and the replies to its calls. */
export interface HostCalls {
  /** The `host` object of a job: `host.users.get(id)` calls the host function `users.get`. */
  readonly hostObject: (job: KitJob) => object;
  readonly resolve: (job: KitJob, id: number, a: string, b: string) => void;
  readonly reject: (job: KitJob, id: number, a: string) => void;
}

/**
 * Makes the part of the kit that makes host calls.
 *
 * Self-contained: its text is evaluated inside guest realms. Which job calls is decided by the closure that
 * each job's `host` object is, never by anything the guest passes; the closure dies with its job.
 */
export function makeHostCalls(
  tools: KitTools,
  names: readonly string[],
  mark: (error: object, origin: { hostCallId: number }) => void,
): HostCalls {
  const { primordials: p, read, write, hooks, send, kitError, NativeProxy } = tools;
  const { create, freeze, keys, defineProperty } = Object;
  const PromiseOf = Promise;
  const { get: mapGet, set: mapSet, delete: mapDelete } = Map.prototype;
  const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number;

  // The tree of namespaces is the same for every job of the realm: leaves are indexes into `names`.
  type Tree = { [name: string]: Tree | number };
  const root = create(null) as Tree;
  for (let index = 0; index < names.length; index++) {
    const parts = (names[index] as string).split('.');
    let level = root;
    for (let depth = 0; depth < parts.length - 1; depth++) {
      level = (level[parts[depth] as string] ??= create(null) as Tree) as Tree;
    }
    level[parts[parts.length - 1] as string] = index;
  }

  const keepFunction = (job: KitJob, fn: (...args: never[]) => unknown): number => {
    const id = ++job.callbackCount;
    if (id > 1024) {
      throw kitError(
        'ERR_WAYBILL_HOST_CALL_LIMIT',
        'a job may pass 1024 callbacks to host functions',
      );
    }
    p.apply(mapSet, job.callbacks, [id, fn]);
    return id;
  };
  const refusal = (job: KitJob, name: string): Error | undefined => {
    const { hostCalls, concurrentHostCalls } = job.settings;
    if (job.settled) {
      return kitError(
        'ERR_WAYBILL_JOB_ENDED',
        `host.${name}: the job that owned this function has ended`,
      );
    }
    if (job.callCount >= hostCalls) {
      return kitError('ERR_WAYBILL_HOST_CALL_LIMIT', `a job may make ${hostCalls} host calls`);
    }
    if (p.apply(sizeOf, job.calls, []) >= concurrentHostCalls) {
      const most = `${concurrentHostCalls} host calls may be under way at once`;
      return kitError('ERR_WAYBILL_HOST_CALL_LIMIT', most);
    }
    return undefined;
  };
  const argumentFault = (name: string, error: unknown): unknown => {
    const fault = (error as { parcelFault?: { reason: string } } | null)?.parcelFault;
    if (fault === undefined) return error;
    const large = fault.reason === 'too-large';
    return kitError(
      large ? 'ERR_WAYBILL_HOST_CALL_TOO_LARGE' : 'ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE',
      `arguments of host.${name}: ${(error as Error).message}`,
    );
  };
  const call = (job: KitJob, index: number, args: unknown[]): Promise<unknown> =>
    new PromiseOf((resolve, reject) => {
      const name = names[index] as string;
      const refused = refusal(job, name);
      if (refused !== undefined) {
        reject(refused);
        return;
      }
      try {
        const limits = {
          maxChars: job.settings.maxChars.hostCall,
          maxDepth: job.settings.maxDepth,
        };
        const forJob = {
          ...hooks,
          keepFunction: (fn: (...args: never[]) => unknown) => keepFunction(job, fn),
        };
        const parcel = write(args, limits, forJob);
        const id = ++job.callCount;
        p.apply(mapSet, job.calls, [id, { resolve, reject }]);
        send('call', job.key, id, index, parcel.text, parcel.bytes);
      } catch (error) {
        reject(argumentFault(name, error) as Error);
      }
    });

  const level = (job: KitJob, tree: Tree, path: string): object => {
    const made = create(null) as Record<string, unknown>;
    return new NativeProxy(
      freeze(create(null)) as object,
      {
        __proto__: null,
        get: (_target: object, key: string | symbol): unknown => {
          if (typeof key === 'symbol') return undefined;
          const known = made[key];
          if (known !== undefined) return known;
          const found = tree[key];
          const name = path === '' ? key : `${path}.${key}`;
          if (found === undefined) {
            // Promise machinery and JSON look for these on everything they are given.
            if (key === 'then' || key === 'toJSON' || key === 'constructor') return undefined;
            throw kitError(
              'ERR_WAYBILL_HOST_FUNCTION_UNKNOWN',
              `there is no host function named ${name}`,
            );
          }
          const value =
            typeof found === 'number'
              ? freeze((...args: unknown[]) => call(job, found, args))
              : level(job, found, name);
          defineProperty(made, key, { __proto__: null, value } as PropertyDescriptor);
          return value;
        },
        has: (_target: object, key: string | symbol) => typeof key === 'string' && key in tree,
        ownKeys: () => keys(tree),
        getOwnPropertyDescriptor: () => undefined,
      } as ProxyHandler<object>,
    );
  };

  const take = (job: KitJob, id: number): ReturnType<KitJob['calls']['get']> => {
    const pending = p.apply(mapGet, job.calls, [id]) as ReturnType<KitJob['calls']['get']>;
    p.apply(mapDelete, job.calls, [id]);
    return pending;
  };
  return {
    hostObject: (job) => level(job, root, ''),
    resolve: (job, id, a, b) => take(job, id)?.resolve(read(a, b, hooks)),
    reject: (job, id, a) => {
      const pending = take(job, id);
      if (pending === undefined) return;
      const { name, message, code } = p.parse(a) as {
        name: string;
        message: string;
        code?: string;
      };
      const error = p.makeError(message);
      defineProperty(error, 'name', {
        __proto__: null,
        value: name,
        configurable: true,
        writable: true,
      } as never);
      if (code !== undefined) {
        defineProperty(error, 'code', {
          __proto__: null,
          value: code,
          configurable: true,
          writable: true,
        } as never);
      }
      mark(error, { hostCallId: id });
      pending.reject(error);
    },
  };
}
