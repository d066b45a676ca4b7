import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cross, Replay } from './replay-steps.fixture.ts';

// Node.js 24 has it since 24.20, 26 from the beginning.
const hasScopes = 'withScope' in AsyncLocalStorage.prototype;

/** A property of `withScope`; without that method there is nothing to see. */
function ofScopes(property: string, play: Replay['play'], seen: unknown): Replay {
  if (hasScopes) return { property, play, seen };
  return { property, play: async () => 'no withScope', seen: 'no withScope' };
}

/** What sets a store without a function to run: enterWith, disable, withScope. */
export const entered: readonly Replay[] = [
  {
    property:
      'a store that is entered after a crossing is seen by all that follows, and by no caller',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const enter = async (): Promise<void> => {
        await cross();
        store.enterWith('entered');
        look();
        await cross().then(look);
        await new Promise<void>((resolve) => {
          setImmediate(() => process.nextTick(() => resolve(look())));
        });
        await cross();
        look();
      };
      await enter();
      await cross().then(() => store.enterWith('in then'));
      return [seen, store.getStore()];
    },
    seen: [['entered', 'entered', 'entered', 'entered'], undefined],
  },
  {
    // Node.js calls it a known limitation: until its first await a function runs in the context of its caller.
    property: 'a store that is entered before the first await is seen by the caller',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const enter = async (): Promise<void> => {
        store.enterWith('before');
        await cross();
        store.enterWith('after');
      };
      await enter();
      const inCaller = store.getStore();
      await cross();
      return [inCaller, store.getStore()];
    },
    seen: ['before', 'before'],
  },
  {
    property: 'to enter one store in the run of another outlasts that run',
    play: async (cross) => {
      const [one, other] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
      const look = (): unknown => [one.getStore(), other.getStore()];
      await cross();
      const inside = one.run('run', () => {
        other.enterWith('entered');
        return cross().then(look);
      });
      return [await inside, look(), await cross().then(look)];
    },
    seen: [
      ['run', 'entered'],
      [undefined, 'entered'],
      [undefined, 'entered'],
    ],
  },
  {
    property:
      'to disable one store takes its value away, leaves others theirs, and lasts until its next run',
    play: async (cross) => {
      const [one, other] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
      const look = (): unknown => [one.getStore(), other.getStore()];
      const inBoth = async (): Promise<unknown> => {
        const pending = cross().then(look);
        one.disable();
        const seen = [look(), await pending, await cross().then(look)];
        return [...seen, await one.run('again', () => cross().then(look)), look()];
      };
      return one.run('one', () => other.run('other', inBoth));
    },
    seen: [
      [undefined, 'other'],
      [undefined, 'other'],
      [undefined, 'other'],
      ['again', 'other'],
      [undefined, 'other'],
    ],
  },
  ofScopes(
    'a scope holds its store over crossings and gives the one before back at its end',
    async (cross) => {
      const store = new AsyncLocalStorage<string>({ defaultValue: 'default' });
      const other = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        await cross();
        seen.push([store.getStore(), other.getStore()]);
      };
      await cross();
      {
        using _outer = store.withScope('outer');
        await look();
        {
          using _inner = store.withScope('inner');
          using _other = other.withScope('other');
          await look();
        }
        await look();
      }
      await look();
      return seen;
    },
    [
      ['outer', undefined],
      ['inner', 'other'],
      ['outer', undefined],
      ['default', undefined],
    ],
  ),
  ofScopes(
    'a scope ends where its block throws, and only once',
    async (cross: Cross) => {
      const store = new AsyncLocalStorage<string>();
      const fail = async (): Promise<void> => {
        await cross();
        store.enterWith('before');
        try {
          using _scope = store.withScope('during');
          await cross(() => Promise.reject(new Error('asked for')));
        } finally {
          seen.push(store.getStore());
        }
      };
      const seen: unknown[] = [];
      await fail().catch(() => seen.push(store.getStore()));
      const scope = store.withScope('twice');
      await cross();
      seen.push(store.getStore());
      scope[Symbol.dispose]();
      store.enterWith('after');
      scope[Symbol.dispose]();
      return [...seen, store.getStore()];
    },
    ['before', undefined, 'twice', 'after'],
  ),
];
