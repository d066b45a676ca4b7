import { AsyncLocalStorage, AsyncResource, createHook } from 'node:async_hooks';
import { createContext, runInContext } from 'node:vm';
import { createGzip } from 'node:zlib';
import { heapAfterGc, until } from '@waybill/testkit';
import { request, tenant } from '../support/variables.ts';
import type { Program, Replay } from './replay-steps.fixture.ts';

// Less than the deadline of a job.
const limitMs = 15_000;

/** Collects garbage until `isDone`. */
async function collectUntil(isDone: () => boolean): Promise<void> {
  const collectOnce = (): boolean => heapAfterGc() > 0 && isDone();
  await until(collectOnce, { limitMs, describe: () => `collected, so that ${String(isDone)}` });
}

/** Resolves when everything that `refs` point at is collected. */
export async function collected(refs: readonly WeakRef<object>[]): Promise<void> {
  await collectUntil(() => refs.every((ref) => ref.deref() === undefined));
}

/** What is collected although a crossing, a handle or a registry once knew of it. */
export const garbage: readonly Replay[] = [
  {
    property: 'a store and its values are collected once their runs are over',
    play: async (cross) => {
      const refs: WeakRef<object>[] = [];
      const visit = async (): Promise<void> => {
        const store = new AsyncLocalStorage<object>();
        const value = { of: store };
        refs.push(new WeakRef(store), new WeakRef(value));
        await store.run(value, async () => {
          await cross();
          // Asked for: what a failed step keeps is looked at, not how it failed.
          await cross(() => Promise.reject(new Error('asked for'))).catch(() => undefined);
          await Promise.all([cross(), cross()]);
        });
      };
      // Where a run was, its caller keeps an entry for the store: here that is only in the scope of the resource.
      await new AsyncResource('REPLAY').runInAsyncScope(visit);
      await collected(refs);
      return refs.length;
    },
    seen: 2,
  },
  {
    property: 'a store that knows the handle which knows it is collected',
    play: async (cross) => {
      const store = new AsyncLocalStorage<{ handle?: unknown }>();
      const zip = async (value: { handle?: unknown }): Promise<void> => {
        const stream = createGzip();
        value.handle = Reflect.get(stream, '_handle');
        stream.end('text');
        await cross();
        await stream.toArray();
      };
      const visit = async (): Promise<WeakRef<object>> => {
        const value = {};
        await store.run(value, zip, value);
        return new WeakRef(value);
      };
      await collected([await visit()]);
      return store.getStore();
    },
    seen: undefined,
  },
  {
    property: 'realms that were made inside of a run while hooks listened are collected',
    play: async (cross) => {
      const store = new AsyncLocalStorage<object>();
      const hook = createHook({ init: () => undefined }).enable();
      const visit = async (): Promise<WeakRef<object>[]> => {
        const value = {};
        return store.run(value, async () => {
          const realm = createContext({ cross });
          await (runInContext('(async () => { await cross(); })()', realm) as Promise<unknown>);
          return [new WeakRef(value), new WeakRef(realm)];
        });
      };
      await collected(await visit());
      hook.disable();
      return 'collected';
    },
    seen: 'collected',
  },
  {
    // The proposal would have it run where the object was registered.
    property: 'what a registry calls back for a collected object runs in the empty context',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void =>
        void seen.push([store.getStore(), tenant.get(), request.getStore()?.id]);
      const registry = store.run('makes', () => new FinalizationRegistry(look));
      store.run('registers', () => registry.register({}, undefined));
      await store.run('crosses', () => cross());
      await store.run('collects', () => collectUntil(() => seen.length > 0));
      return seen;
    },
    seen: [[undefined, undefined, undefined]],
  },
];

const held: WeakRef<object>[] = [];

/** Asked of the pool thread, about the context that it was given. */
export const lifetimes: readonly Program[] = [
  {
    property: 'hold the request weakly',
    play: async (cross) => {
      const store = request.getStore();
      if (store !== undefined) held.push(new WeakRef(store));
      await cross();
      return held.length;
    },
  },
  {
    property: 'count the requests that are collected',
    play: async () => {
      await collected(held);
      return held.splice(0).length;
    },
  },
  { property: 'wait for ever', play: () => new Promise(() => undefined) },
  {
    property: 'never end, while hooks listen',
    play: async (cross) => {
      createHook({ init: () => undefined, after: () => undefined }).enable();
      for (;;) await cross();
    },
  },
  {
    property: 'exit after a crossing, while hooks listen',
    play: async (cross) => {
      createHook({ init: () => undefined, after: () => undefined }).enable();
      await cross();
      process.exit(7);
    },
  },
];
