import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cross, Replay } from './replay-steps.fixture.ts';

const failing = (): never => {
  throw new Error('asked for');
};

/** Makes thenables that cross before they resolve, and notes what their `then` sees. */
function thenables(cross: Cross, look: () => unknown): { readonly make: () => PromiseLike<void> } {
  return {
    make: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- a thenable of the user is the case
      then: (resolve) => {
        look();
        return cross().then(() => resolve?.(undefined)) as never;
      },
    }),
  };
}

/** Awaits, chains of promises, thenables. */
export const promises: readonly Replay[] = [
  {
    property: 'run and exit hand arguments and result through',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const add = async (a: number, b: number): Promise<unknown> => {
        await cross();
        return [store.getStore(), a + b];
      };
      return [await store.run('set', add, 1, 2), await store.exit(add, 3, 4), store.getStore()];
    },
    seen: [['set', 3], [undefined, 7], undefined],
  },
  {
    property: 'a store survives every await of its run and none after it',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      await store.run('set', async () => {
        seen.push(store.getStore());
        for (let round = 0; round < 3; round++) {
          await cross();
          seen.push(store.getStore());
        }
      });
      return [...seen, store.getStore()];
    },
    seen: ['set', 'set', 'set', 'set', undefined],
  },
  {
    property: 'nested async functions share the store of their run',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string[]>();
      const inner = async (): Promise<void> => {
        store.getStore()?.push('inner');
        await cross();
        store.getStore()?.push('inner, later');
      };
      const outer = async (): Promise<void> => {
        store.getStore()?.push('outer');
        await inner();
        await cross();
        store.getStore()?.push('outer, later');
      };
      const own: string[] = [];
      await store.run(own, outer);
      return [own, store.getStore()];
    },
    seen: [['outer', 'inner', 'inner, later', 'outer, later'], undefined],
  },
  {
    property: 'every handler of a chain runs where the chain was made',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const chain = store.run('chain', () =>
        cross()
          .then(look)
          .then(() => cross())
          .then(look)
          .then(failing)
          .catch(look)
          .finally(look),
      );
      await chain.then(look);
      return seen;
    },
    seen: ['chain', 'chain', 'chain', 'chain', undefined],
  },
  {
    property: 'a failure of the far end is caught where the handler was added',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (error: unknown): void =>
        void seen.push([String(error).includes('asked for'), store.getStore()]);
      const failed = store.run('inside', () => cross(failing));
      await store.run('second', () => failed.then(undefined, look));
      await failed.catch(look);
      await store.run('third', async () => {
        try {
          await cross(failing);
        } catch (error) {
          look(error);
          await cross();
          look(error);
        } finally {
          look('asked for, and done');
        }
      });
      return seen;
    },
    seen: [
      [true, 'second'],
      [true, undefined],
      [true, 'third'],
      [true, 'third'],
      [true, 'third'],
    ],
  },
  {
    property: 'a reaction runs where then was called and not where the promise was made or settled',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const { promise, resolve } = store.run('made', () => Promise.withResolvers<void>());
      const reacted = store.run('reacts', () => promise.then(() => store.getStore()));
      await store.run('settled', () => cross().then(() => resolve()));
      return reacted;
    },
    seen: 'reacts',
  },
  {
    property: 'a thenable is asked, and what awaits it goes on, in the context that awaits',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const { make } = thenables(cross, look);
      await store.run('awaits', async () => {
        await make();
        look();
      });
      await store.run('returns', async () => make()).then(look);
      await store.run('resolves', () => Promise.resolve(make()).then(look));
      await store.run('in then', () => cross().then(make).then(look));
      return [0, 2, 4, 6].map((at) => seen.slice(at, at + 2));
    },
    seen: [
      ['awaits', 'awaits'],
      ['returns', undefined],
      ['resolves', 'resolves'],
      ['in then', 'in then'],
    ],
  },
  {
    property: 'ten runs at once never see the store of another',
    play: async (cross) => {
      const store = new AsyncLocalStorage<number>();
      const visit = async (own: number): Promise<unknown> => {
        const far = await cross(() => own);
        const again = await cross(() => far);
        return far === own && again === own && store.getStore() === own;
      };
      const runs = Array.from({ length: 10 }, (_, own) => store.run(own, visit, own));
      return new Set(await Promise.all(runs));
    },
    seen: new Set([true]),
  },
  {
    property: 'all, allSettled, race and any go on where they are awaited',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const waits = [
        () => Promise.all([cross(), cross()]),
        () => Promise.allSettled([cross(), cross(failing)]),
        () => Promise.race([cross(), cross()]),
        () => Promise.any([cross(failing), cross()]),
      ];
      const started = store.run('elsewhere', () => [cross(), cross()]);
      await store.run('awaits', async () => {
        for (const wait of waits) {
          await wait();
          seen.push(store.getStore());
        }
        await Promise.all(started);
        seen.push(store.getStore());
      });
      return seen;
    },
    seen: ['awaits', 'awaits', 'awaits', 'awaits', 'awaits'],
  },
];
