import {
  AsyncLocalStorage,
  AsyncResource,
  executionAsyncId,
  executionAsyncResource,
} from 'node:async_hooks';
import { EventEmitterAsyncResource } from 'node:events';
import { createContext, runInContext } from 'node:vm';
import type { Replay } from './replay-steps.fixture.ts';

function codeOf(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return Object(error).code;
  }
}

/** Node.js' own ways to keep a context for later: bind, snapshot, AsyncResource; and functions of other realms. */
export const bound: readonly Replay[] = [
  {
    property:
      'what is bound runs in the context it was bound in, at the far end too and after it crosses',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const look = async (): Promise<unknown> => {
        const before = store.getStore();
        await cross();
        return [before, store.getStore()];
      };
      const resource = store.run('of a resource', () => new AsyncResource('REPLAY'));
      const ways = [
        store.run('bound', () => AsyncLocalStorage.bind(look)),
        store.run('bound by class', () => AsyncResource.bind(look)),
        resource.bind(look),
        store.run('in a snapshot', () => AsyncLocalStorage.snapshot()).bind(undefined, look),
        () => resource.runInAsyncScope(look),
      ];
      return Promise.all(ways.map((way) => store.run('calls', () => cross(way))));
    },
    seen: ['bound', 'bound by class', 'of a resource', 'in a snapshot', 'of a resource'].map(
      (name) => [name, name],
    ),
  },
  {
    property: 'what is bound gets this and arguments of its caller and gives its result back',
    play: async (cross) => {
      function say(this: unknown, ...args: unknown[]): unknown {
        return [this, ...args];
      }
      const resource = new AsyncResource('REPLAY');
      const snapshot = AsyncLocalStorage.snapshot();
      return cross(() => [
        AsyncLocalStorage.bind(say).call('this', 1, 2),
        resource.bind(say).call('this', 1, 2),
        AsyncResource.bind(say, 'REPLAY', 'fixed').call('this', 1, 2),
        resource.runInAsyncScope(say, 'this', 1, 2),
        snapshot(say, 1, 2),
      ]);
    },
    seen: ['this', 'this', 'fixed', 'this', undefined].map((self) => [self, 1, 2]),
  },
  {
    property: 'only functions can be bound',
    play: async (cross) =>
      cross(() =>
        [1, false, '', {}, []].flatMap((wrong) => {
          const value = wrong as unknown as () => void;
          return [
            codeOf(() => AsyncLocalStorage.bind(value)),
            codeOf(() => new AsyncResource('REPLAY').bind(value)),
          ];
        }),
      ),
    seen: Array.from({ length: 10 }, () => 'ERR_INVALID_ARG_TYPE'),
  },
  {
    property: 'what is thrown in the scope of a resource is caught outside of it',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const resource = store.run('inside', () => new AsyncResource('REPLAY'));
      const fail = (): never => {
        seen.push(store.getStore(), executionAsyncId() === resource.asyncId());
        throw new Error('asked for');
      };
      const look = (): void => void seen.push(store.getStore());
      await store.run('outside', async () => {
        const around = executionAsyncResource();
        try {
          resource.runInAsyncScope(fail);
        } catch {
          look();
          seen.push(executionAsyncResource() === around);
        }
        await cross(() => resource.runInAsyncScope(fail)).catch(look);
        await resource.runInAsyncScope(async () => cross().then(fail)).catch(look);
      });
      return seen;
    },
    seen: ['inside', true, 'outside', true, 'inside', true, 'outside', 'inside', false, 'outside'],
  },
  {
    property: 'a snapshot undoes what is entered inside of it, and is not changed by it',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const snapshot = store.run('taken', () => AsyncLocalStorage.snapshot());
      const enter = async (): Promise<void> => {
        look();
        store.enterWith('entered');
        await cross();
        look();
      };
      await store.run('outside', async () => {
        await snapshot(enter);
        look();
        await cross(() => snapshot(look));
      });
      return seen;
    },
    seen: ['taken', 'entered', 'outside', 'taken'],
  },
  {
    property:
      'an emitter with a resource of its own calls its listeners in the context it was made in',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const heard = Promise.withResolvers<unknown>();
      const make = (): EventEmitterAsyncResource =>
        new EventEmitterAsyncResource({ name: 'REPLAY' });
      const emitter = store.run('makes', make);
      emitter.on('event', () => heard.resolve(cross().then(() => store.getStore())));
      await store.run('emits', () => cross(() => void emitter.emit('event')));
      return heard.promise;
    },
    seen: 'makes',
  },
  {
    property: 'functions of another realm of node:vm are in the context of their caller',
    play: async (cross) => {
      const realm = createContext({ AsyncLocalStorage });
      const visit = runInContext(
        `async (store, look, cross) => {
          const own = new AsyncLocalStorage();
          const see = () => [own.getStore(), store.getStore(), look()];
          const seen = [];
          await own.run('of the realm', async () => {
            await cross();
            seen.push(see());
            await 42;
            seen.push(see());
          });
          return [...seen, see()];
        }`,
        realm,
      ) as (...args: unknown[]) => Promise<unknown>;
      const store = new AsyncLocalStorage<string>();
      const look = (): unknown => store.getStore();
      return store.run('calls', () => visit(store, look, () => cross()));
    },
    seen: [
      ['of the realm', 'calls', 'calls'],
      ['of the realm', 'calls', 'calls'],
      [undefined, 'calls', 'calls'],
    ],
  },
];
