import type { Running } from '../start-service.ts';
import { exitCodes } from './exit-code.ts';

/** Signals that end a service, with the code that a process ends with when it is made to at once: 128 and their number. */
const codesAtOnce = { SIGINT: 130, SIGTERM: 143 } as const;

type EndSignal = keyof typeof codesAtOnce;

/**
 * The time in which one signal may arrive several times: a process group gets it, and who stands above in it, such as npm, passes its
 * own on. Nobody presses Ctrl-C twice that fast.
 */
const sameSignalMs = 200;

/**
 * Starts what this process is for and lets it run until the process is told to end (SIGTERM, Ctrl-C), or it cannot go on; then ends
 * it in order, which waits for the step that a start is at. A second signal ends the process at once: jobs that were accepted are
 * not lost, they run again elsewhere or at the next start. The same signal within 200 ms after the first is no second one: it is the
 * first, delivered again. Listens for signals as soon as it is called.
 *
 * @param start - is told by its signal that the end was asked for meanwhile; it may go on, or throw
 * @param greet - says that it runs; not called where the end was asked for before
 * @returns the exit code: 0 when it ended because it was told to
 * @throws what `start` throws, unless the end was asked for before; what `greet` and `close` throw
 */
export async function untilSignal<Started extends Running>(
  start: (signal: AbortSignal) => Promise<Started>,
  greet: (running: Started) => Promise<void>,
): Promise<number> {
  const told = Promise.withResolvers<undefined>();
  const end = new AbortController();
  const isTold = (): boolean => end.signal.aborted;
  let first: Delivery | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const delivery = { signal, atMs: performance.now() };
    if (first !== undefined) {
      if (!isSame(first, delivery)) endAtOnce(codesAtOnce[signal as EndSignal]);
      return;
    }
    first = delivery;
    end.abort();
    told.resolve(undefined);
  };
  const signals = Object.keys(codesAtOnce) as EndSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  try {
    await using running = await start(end.signal).catch((error: unknown) => {
      // The keys of a terminal reach what is being started, too: that it fails then is its end.
      if (isTold()) return undefined;
      throw error;
    });
    if (running === undefined) return 0;
    if (!isTold()) await greet(running);
    const failure = await Promise.race([told.promise, running.failed]);
    if (failure !== undefined) running.log.fatal({ err: failure }, 'the database ended');
    await running.close();
    return failure === undefined ? 0 : exitCodes.environment;
  } finally {
    // After a signal this process ends, and without its listeners that signal would kill it, were it delivered again.
    if (!isTold()) for (const signal of signals) process.off(signal, onSignal);
  }
}

interface Delivery {
  readonly signal: NodeJS.Signals;
  readonly atMs: number;
}

function isSame(first: Delivery, next: Delivery): boolean {
  return next.signal === first.signal && next.atMs - first.atMs < sameSignalMs;
}

function endAtOnce(code: number): never {
  process.exit(code);
}
