import { AsyncLocalStorage } from 'node:async_hooks';
import type { Replay } from './replay-steps.fixture.ts';

/**
 * Generators. Node.js resumes them in the context of whoever asks for the next value; of the context in which they were
 * made, which the proposal prefers, they know nothing.
 */
export const generators: readonly Replay[] = [
  {
    property: 'a generator goes on in the context of whoever asks for the next value',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      function* generate(): Generator {
        for (;;) yield store.getStore();
      }
      const generator = store.run('makes', generate);
      const next = (): unknown => generator.next().value;
      const seen = [store.run('first', next)];
      await store.run('crosses', () => cross());
      seen.push(store.run('second', next), next());
      return seen;
    },
    seen: ['first', 'second', undefined],
  },
  {
    property: 'a yield inside of a run goes on in the context of whoever asks',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      function* inner(): Generator<void> {
        yield look();
        look();
      }
      function* outer(): Generator<void> {
        look();
        yield* store.run('nested', inner);
        look();
      }
      const generator = store.run('makes', outer);
      store.run('first', () => generator.next());
      await cross();
      store.run('second', () => generator.next());
      return seen;
    },
    seen: ['first', 'first', 'second', 'second'],
  },
  {
    property:
      'an async generator goes on in the context of whoever asks, also after what it awaits',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      async function* generate(): AsyncGenerator<void> {
        await cross();
        yield look();
        look();
        await cross();
        look();
      }
      const generator = store.run('makes', generate);
      await store.run('first', () => generator.next());
      await store.run('second', () => generator.next());
      return [...seen, store.getStore()];
    },
    seen: ['first', 'second', 'second', undefined],
  },
  {
    property: 'an async generator inside of a run goes on in the context of whoever asks',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      async function* inner(): AsyncGenerator<void> {
        await cross();
        yield look();
        await cross();
        look();
      }
      async function* outer(): AsyncGenerator<void> {
        yield* store.run('nested', inner);
        await cross();
        look();
      }
      const generator = store.run('makes', outer);
      await store.run('first', () => generator.next());
      await store.run('second', () => generator.next());
      return seen;
    },
    seen: ['first', 'second', 'second'],
  },
  {
    property: 'a for await over crossings stays in its own context',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const values = store.run('makes', () => [cross(() => 1), cross(() => 2)]);
      await store.run('loops', async () => {
        // oxlint-disable-next-line typescript/await-thenable -- an iterable of promises is the case
        for await (const value of values) seen.push([value, store.getStore()]);
      });
      return seen;
    },
    seen: [
      [1, 'loops'],
      [2, 'loops'],
    ],
  },
  {
    property: 'a built-in iterator reads in the context of whoever asks',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const list = Object.defineProperty([], 0, { get: () => seen.push(store.getStore()) });
      const iterator = store.run('makes', () => list.values());
      await cross();
      store.run('asks', () => iterator.next());
      return seen;
    },
    seen: ['asks'],
  },
  {
    property: 'what is disposed after a crossing is disposed in the context of its block',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const make = (): AsyncDisposable => ({
        [Symbol.asyncDispose]: async () => {
          seen.push(store.getStore());
          await cross();
          seen.push(store.getStore());
        },
      });
      await store.run('block', async () => {
        await using _held = store.run('made', make);
        await cross();
      });
      return [...seen, store.getStore()];
    },
    seen: ['block', 'block', undefined],
  },
];
