import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { request, tenant } from '../support/variables.ts';
import type { Cross, Program } from './replay-steps.fixture.ts';

const store = new AsyncLocalStorage<string>();
let heard = Promise.withResolvers<void>();

/** Prints a line at once: a thread that throws has no time left. */
export function print(...words: unknown[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

function hear(event: string, error: unknown): void {
  const { message } = Object(error);
  print(event, message, tenant.get(), request.getStore()?.id, store.getStore());
  if (message !== 'first') heard.resolve();
}

async function fail(message: string): Promise<never> {
  throw new Error(message);
}

const onMonitor = (error: unknown): void => hear('uncaughtExceptionMonitor', error);
const onException = (error: unknown): void => hear('uncaughtException', error);
const onRejection = (error: unknown): void => {
  hear('unhandledRejection', error);
  if (Object(error).message === 'first') void fail('second');
};

function listen(): void {
  process.off('unhandledRejection', onRejection).on('unhandledRejection', onRejection);
  // Once, because a pool thread listens itself, and throws the error again when it ends.
  process.off('uncaughtExceptionMonitor', onMonitor).once('uncaughtExceptionMonitor', onMonitor);
  if (!isMainThread) return;
  process.off('uncaughtException', onException).on('uncaughtException', onException);
}

function stray(property: string, start: (cross: Cross) => unknown): Program {
  const play = async (cross: Cross): Promise<void> => {
    listen();
    heard = Promise.withResolvers();
    await cross();
    store.run('inside', start, cross);
    await heard.promise;
    await cross();
  };
  return { property, play };
}

const failsLater = compileFunction(
  `Promise.resolve().then(() => { throw new Error('of a compiled function'); });`,
) as () => void;

/** Programs that go wrong where nobody waits for it, and print who hears of it in which context. */
export const strays: readonly Program[] = [
  stray('an async function fails', async (cross) => {
    await cross();
    await fail('unawaited');
  }),
  stray('a promise of another context is rejected', (cross) => {
    const { reject } = store.run('made', () => Promise.withResolvers());
    return cross().then(() => reject(new Error('rejected')));
  }),
  stray('another one fails where the first is heard', (cross) => cross().then(() => fail('first'))),
  stray('a function fails that was compiled from text', (cross) => cross().then(failsLater)),
  stray('a timer throws', (cross) =>
    cross().then(() => {
      setTimeout(() => {
        throw new Error('thrown');
      }, 1);
    }),
  ),
];
