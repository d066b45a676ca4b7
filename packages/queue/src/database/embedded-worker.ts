import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeError } from '@waybill/protocol';
import type {
  EmbeddedThreadData,
  FromEmbeddedThread,
  ToEmbeddedThread,
} from './embedded-messages.ts';

/** The thread of an embedded database, open. */
export interface EmbeddedWorker {
  readonly worker: Worker;
  /** Resolves when the thread ends without having been asked to. */
  readonly ended: Promise<Error>;
  /** Closes the database and waits for the end of the thread, which may have come before. */
  close(): Promise<void>;
}

const threadUrl = new URL(`./embedded-thread${extname(import.meta.url)}`, import.meta.url);

/**
 * Starts the thread of the database in a folder that this process has locked.
 *
 * @param onExit - called when no thread writes in the folder any more, also where this throws
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE` when what is in the folder cannot be opened or written
 */
export async function startEmbeddedWorker(
  folder: string,
  onExit: () => void,
): Promise<EmbeddedWorker> {
  const places = placesIn(folder);
  const worker = await startThread(places).catch((cause: unknown) => {
    onExit();
    const message = `The embedded database cannot be opened: ${String(cause)}.`;
    throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message, { cause, details: { folder } });
  });
  const exited = once(worker, 'exit').finally(onExit);
  const end = watch(worker);
  const refusal = await Promise.race([opened(worker), end.unexpected]);
  if (refusal) {
    await exited;
    const message = `The embedded database cannot be opened: ${refusal.message}.`;
    throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message, { details: { folder } });
  }
  await rm(places.unfinished, { force: true });
  return {
    worker,
    ended: end.unexpected.then(({ message, cause }) => {
      const sentence = `The embedded database came to an end: ${message}.`;
      return makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', sentence, {
        cause,
        details: { folder },
      });
    }),
    async close() {
      end.expect();
      const message: ToEmbeddedThread = 'close';
      worker.postMessage(message, []);
      await exited;
    },
  };
}

/** Whether a folder holds an embedded database, so that to open it makes none. */
export function hasEmbedded(folder: string): boolean {
  const { version, unfinished } = placesIn(folder);
  return existsSync(version) && !existsSync(unfinished);
}

interface Places {
  readonly dataFolder: string;
  /** There in every database. */
  readonly version: string;
  /** There while a database is made. */
  readonly unfinished: string;
}

function placesIn(folder: string): Places {
  const dataFolder = join(folder, 'data');
  const unfinished = join(folder, 'unfinished');
  return { dataFolder, version: join(dataFolder, 'PG_VERSION'), unfinished };
}

async function startThread(places: Places): Promise<Worker> {
  await prepare(places);
  const workerData: EmbeddedThreadData = { dataFolder: places.dataFolder };
  return new Worker(threadUrl, {
    workerData,
    name: 'waybill-database',
    // Not those of the process: one of them may be about its program, and a thread that gets it does not start.
    execArgv: [],
  });
}

/** A first start that was killed half-way left files that no start can open, and nothing that anybody was told is stored. */
async function prepare({ dataFolder, version, unfinished }: Places): Promise<void> {
  if (existsSync(unfinished)) await rm(dataFolder, { recursive: true, force: true });
  else if (!existsSync(version)) await writeFile(unfinished, '');
}

/** Gives `undefined` when the database is open, or the error for which it is not. */
async function opened(worker: Worker): Promise<Error | undefined> {
  const [message] = (await once(worker, 'message')) as [FromEmbeddedThread];
  return typeof message === 'object' && 'refused' in message
    ? new Error(message.refused)
    : undefined;
}

function watch(worker: Worker): { unexpected: Promise<Error>; expect: () => void } {
  const { promise, resolve } = Promise.withResolvers<Error>();
  let isExpected = false;
  worker.once('error', (cause) =>
    resolve(new Error(`its thread failed: ${String(cause)}`, { cause })),
  );
  worker.once('exit', (code) => {
    if (!isExpected) resolve(new Error(`its thread ended with code ${code}`));
  });
  return { unexpected: promise, expect: () => (isExpected = true) };
}
