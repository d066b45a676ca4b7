import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns';
import { EventEmitter, on, once } from 'node:events';
import { readFile } from 'node:fs';
import { gzip } from 'node:zlib';
import type { Cross, Replay } from './replay-steps.fixture.ts';

/** Each calls back once, at a later time. */
const callsBack: Readonly<Record<string, (callback: () => void) => unknown>> = {
  'process.nextTick': (callback) => process.nextTick(callback),
  queueMicrotask: (callback) => queueMicrotask(callback),
  setImmediate: (callback) => setImmediate(callback),
  setTimeout: (callback) => setTimeout(callback, 1),
  setInterval: (callback) => {
    const timer = setInterval(() => {
      clearInterval(timer);
      callback();
    }, 1);
  },
  'fs.readFile': (callback) => readFile(import.meta.filename, callback),
  'dns.lookup': (callback) => lookup('localhost', callback),
  'crypto.randomBytes': (callback) => randomBytes(8, callback),
  'zlib.gzip': (callback) => gzip('text', callback),
  'AbortSignal.timeout': (callback) => AbortSignal.timeout(1).addEventListener('abort', callback),
};

async function seenBy(
  call: (callback: () => void) => unknown,
  store: AsyncLocalStorage<string>,
): Promise<unknown> {
  const called = Promise.withResolvers<unknown>();
  store.run('calls', () => call(() => called.resolve(store.getStore())));
  return called.promise;
}

const sources: readonly Replay[] = Object.entries(callsBack).map(([name, call]) => ({
  property: `${name} calls back where it was called, before and after a crossing`,
  play: async (cross: Cross) => {
    const store = new AsyncLocalStorage<string>();
    const before = seenBy(call, store);
    await store.run('crosses', () => cross());
    return [await before, await seenBy(call, store), store.getStore()];
  },
  seen: ['calls', 'calls', undefined],
}));

/** Callbacks, and who decides about the context that they run in. */
export const callbacks: readonly Replay[] = [
  ...sources,
  {
    property: 'a callback that crosses goes on where it was called',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const called = Promise.withResolvers<unknown>();
      const callback = async (): Promise<unknown> => {
        const before = store.getStore();
        await cross();
        return [before, store.getStore()];
      };
      store.run('calls', () => setTimeout(() => called.resolve(callback()), 1));
      return called.promise;
    },
    seen: ['calls', 'calls'],
  },
  {
    property: 'a listener hears an event in the context of the emitter',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const look = (): void => void seen.push(store.getStore());
      const emitter = new EventEmitter();
      const target = new EventTarget();
      store.run('listens', () => {
        emitter.on('event', look);
        target.addEventListener('event', look);
      });
      await store.run('emits', async () => {
        emitter.emit('event');
        await cross();
        emitter.emit('event');
        target.dispatchEvent(new Event('event'));
      });
      target.dispatchEvent(new Event('event'));
      return seen;
    },
    seen: ['emits', 'emits', 'emits', undefined],
  },
  {
    property: 'what waits for an event goes on in its own context',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const emitter = new EventEmitter();
      const seen: unknown[] = [];
      const waits = store.run('waits', async () => {
        await once(emitter, 'event');
        seen.push(store.getStore());
        for await (const [value] of on(emitter, 'event')) {
          seen.push([value, store.getStore()]);
          if (value === 2) break;
        }
      });
      await store.run('crosses', () => cross());
      const emit = (value: number): unknown =>
        store.run('emits', () => emitter.emit('event', value));
      emit(0);
      await cross();
      emit(1);
      emit(2);
      await waits;
      return seen;
    },
    seen: ['waits', [1, 'waits'], [2, 'waits']],
  },
  {
    property: 'an abort is heard where it was asked for, a timeout where its signal was made',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const aborted: unknown[] = [];
      const late = Promise.withResolvers<unknown>();
      const { signal, abort } = store.run('makes', () => {
        const controller = new AbortController();
        return { signal: controller.signal, abort: () => controller.abort() };
      });
      const timeout = store.run('makes late', () => AbortSignal.timeout(1));
      store.run('listens', () => {
        signal.addEventListener('abort', () => aborted.push(store.getStore()));
        timeout.addEventListener('abort', () => late.resolve(store.getStore()));
      });
      await store.run('aborts', () => cross().then(abort));
      return [...aborted, await late.promise];
    },
    seen: ['aborts', 'makes late'],
  },
  {
    property: 'a port hears messages where its channel was made',
    play: async (cross) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const { port1, port2 } = store.run('makes', () => new MessageChannel());
      const heard = Promise.withResolvers<void>();
      store.run('listens', () => {
        port2.addEventListener('message', ({ data }) => {
          seen.push([data, store.getStore()]);
          if (data === 'last') heard.resolve();
        });
        port2.start();
      });
      await store.run('posts', async () => {
        port1.postMessage('first');
        await cross();
        port1.postMessage('last');
      });
      await heard.promise;
      port1.close();
      return seen;
    },
    seen: [
      ['first', 'makes'],
      ['last', 'makes'],
    ],
  },
];
