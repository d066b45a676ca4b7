import type { Running } from '../start-service.ts';
import { exitCodes } from './exit-code.ts';

/** Signals that end a service, with the code that a process ends with when it is made to at once: 128 and their number. */
const codesAtOnce = { SIGINT: 130, SIGTERM: 143 } as const;

type EndSignal = keyof typeof codesAtOnce;

/**
 * Waits until the process is told to end (SIGTERM, Ctrl-C), or the service cannot go on, and ends the service in order. A second
 * signal ends the process at once: jobs that were accepted are not lost, they run again elsewhere or at the next start.
 *
 * @returns the exit code: 0 when it ended because it was told to
 */
export async function untilSignal(running: Running): Promise<number> {
  const told = Promise.withResolvers<undefined>();
  let count = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count > 1) endAtOnce(codesAtOnce[signal as EndSignal]);
    told.resolve(undefined);
  };
  const signals = Object.keys(codesAtOnce) as EndSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const failure = await Promise.race([told.promise, running.failed]);
    if (failure !== undefined) running.log.fatal({ err: failure }, 'the database ended');
    await running.close();
    return failure === undefined ? 0 : exitCodes.environment;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

function endAtOnce(code: number): never {
  process.exit(code);
}
