import { AsyncLocalStorage, executionAsyncResource } from 'node:async_hooks';
import type { Replay } from './replay-steps.fixture.ts';

const oddStores = [null, 0, '', false, Number.NaN, Symbol('odd'), () => 'odd', new Map(), 0n];

/** What stores do by run and exit: nesting, several of them, odd values, failures. */
export const stores: readonly Replay[] = [
  {
    property: 'a nested run of the same store ends with the outer value',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        await cross();
        seen.push(store.getStore());
      };
      await store.run('outer', async () => {
        await look();
        await store.run('inner', look);
        await look();
      });
      await look();
      return seen;
    },
    seen: ['outer', 'inner', 'outer', undefined],
  },
  {
    property: 'two stores never mix, and an exit leaves one of them only',
    play: async (cross) => {
      const [one, other] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
      const look = async (): Promise<unknown> => {
        await cross();
        return [one.getStore(), other.getStore()];
      };
      const inBoth = async (): Promise<unknown> => [
        await look(),
        await one.exit(look),
        await look(),
      ];
      return Promise.all([
        one.run('world', () => other.run('foo', inBoth)),
        one.run('earth', look),
        other.run('bar', look),
      ]);
    },
    seen: [
      [
        ['world', 'foo'],
        [undefined, 'foo'],
        ['world', 'foo'],
      ],
      ['earth', undefined],
      [undefined, 'bar'],
    ],
  },
  {
    property: 'any value is a store, the same one after a crossing',
    play: async (cross) => {
      const store = new AsyncLocalStorage<unknown>();
      const isSame = oddStores.map((odd) =>
        store.run(odd, async () => {
          await cross();
          return Object.is(store.getStore(), odd);
        }),
      );
      return new Set(await Promise.all(isSame));
    },
    seen: new Set([true]),
  },
  {
    property: 'an undefined store hides the outer one and the default',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string | undefined>({ defaultValue: 'default' });
      const look = async (): Promise<unknown> => {
        await cross();
        return store.getStore();
      };
      const nested = store.run('outer', () => store.run(undefined, look));
      return [await look(), await nested, await store.run('set', look)];
    },
    seen: ['default', undefined, 'set'],
  },
  {
    property:
      'what is thrown in a run is caught with the outer store, at once and after a crossing',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const fail = (): never => {
        seen.push(store.getStore());
        throw new Error('asked for');
      };
      const failLater = async (): Promise<never> => {
        await cross();
        return fail();
      };
      await store.run('outer', async () => {
        try {
          store.run('inner', fail);
        } catch {
          seen.push(store.getStore());
        }
        try {
          await store.run('inner', failLater);
        } catch {
          seen.push(store.getStore());
        }
        await store.exit(failLater).catch(() => seen.push(store.getStore()));
      });
      return [...seen, store.getStore()];
    },
    seen: ['inner', 'outer', 'inner', 'outer', undefined, 'outer', undefined],
  },
  {
    property: 'a thousand runs inside of each other keep each its own store',
    play: async (cross) => {
      const store = new AsyncLocalStorage<number>();
      const dive = (depth: number): Promise<unknown> => {
        const rest = depth === 0 ? cross() : store.run(depth, dive, depth - 1);
        return rest.then(() => {
          if (store.getStore() !== (depth === 1_000 ? undefined : depth + 1)) throw new Error();
          return depth;
        });
      };
      return dive(1_000);
    },
    seen: 1_000,
  },
  {
    property: 'runs and exits inside of each other leave nothing of a store in place',
    play: async (cross) => {
      const store = new AsyncLocalStorage<boolean>();
      const dive = (depth: number): Promise<unknown> => {
        if (depth === 0) return cross().then(() => store.getStore());
        if (store.getStore() !== undefined) throw new Error('left in place');
        return store.run(true, () => store.exit(dive, depth - 1));
      };
      return dive(100);
    },
    seen: undefined,
  },
  {
    property: 'a run puts the async resource of its caller back',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const isBack = async (): Promise<boolean> => {
        const before = executionAsyncResource();
        const inside = store.run('set', () => cross());
        const after = executionAsyncResource();
        await inside;
        return before === after;
      };
      return [await isBack(), await store.run('outer', isBack)];
    },
    seen: [true, true],
  },
];
