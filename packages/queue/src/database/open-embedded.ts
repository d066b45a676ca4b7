import { resolve } from 'node:path';
import { ContextSnapshot } from '@waybill/context';
import { Pool } from 'pg';
import type { Database } from './database.ts';
import { EmbeddedStream } from './embedded-stream.ts';
import { startEmbeddedWorker, type EmbeddedWorker } from './embedded-worker.ts';
import { lockFolder } from './folder-lock.ts';
import { makePoolDatabase } from './pool-database.ts';
import { makeSessionListen } from './session-listen.ts';
import { startUpkeep } from './upkeep.ts';

/** Where an embedded database is. */
export interface EmbeddedOptions {
  /** Made where it is not there. One process at a time has it open. */
  readonly folder: string;
  /**
   * Hears what fails in the background and is tried again: that the tables could not be vacuumed.
   *
   * @defaultValue a warning of the process
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Opens the PostgreSQL that runs inside this process, in a thread of its own (PGlite): nothing to install, nothing to operate.
 *
 * What was committed survives the end of the process, `SIGKILL` too. It does not survive a power failure or a crash of the operating
 * system, for nothing waits for the disk. For that, or for several processes, use `openPostgres`.
 *
 * The first opening of a folder makes the database, which takes some seconds; a later one takes about one.
 *
 * @throws `ERR_WAYBILL_DATABASE_LOCKED` when it is open already, in another process or in this one;
 *   `ERR_WAYBILL_DATABASE_UNAVAILABLE` when the folder cannot be used, or holds no database of this version
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const folder = resolve(options.folder);
  const lock = lockFolder(folder);
  const unlock = (): void => lock[Symbol.dispose]();
  // A thread lives in no job's context.
  const thread = await ContextSnapshot.root.run(startEmbeddedWorker, folder, unlock);
  return makeEmbedded(thread, options.onError ?? warn);
}

/** @internal makes the database of a thread that is open, which it closes */
export function makeEmbedded(thread: EmbeddedWorker, onError: (error: unknown) => void): Database {
  let connectionCount = 0;
  // One session, hence one connection: whoever wants it next waits in line.
  const pool = new Pool({
    max: 1,
    pipeline: true,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    stream: () => new EmbeddedStream(thread.worker, ++connectionCount),
  });
  const database: Database = makePoolDatabase({
    kind: 'embedded',
    pool,
    isPreparing: true,
    isShared: true,
    ended: thread.ended,
    listen: makeSessionListen(pool, () => database),
    async closed() {
      upkeep[Symbol.dispose]();
      await thread.close();
    },
  });
  const upkeep = startUpkeep({ database, pool, onError });
  return database;
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
