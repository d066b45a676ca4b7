import { hasEmbedded } from '@waybill/queue';
import type { Config } from './config/config.ts';
import { createKeyStore } from './keys/create-key-store.ts';
import type { KeyStore } from './keys/key-store.ts';
import { databaseFolder } from './start/data-folder.ts';
import { openDatabase } from './start/open-database.ts';

/** A key store with a database of its own. */
export interface OpenKeys extends AsyncDisposable {
  readonly keys: KeyStore;
}

/** Whether there is a database already, so that {@link openKeys} makes none. A server is taken to be there. */
export function hasDatabase({
  database,
  dataFolder,
}: Pick<Config, 'database' | 'dataFolder'>): boolean {
  return database.url !== undefined || hasEmbedded(databaseFolder(dataFolder));
}

/**
 * Opens the API keys straight on the database, for a command that makes the first one; its caller disposes it. An
 * embedded database that is not there is made.
 *
 * @throws `ERR_WAYBILL_DATABASE_LOCKED` while a service has the embedded database open, `ERR_WAYBILL_DATABASE_UNAVAILABLE`,
 *   `ERR_WAYBILL_DATABASE_TOO_NEW`
 */
export async function openKeys(config: Pick<Config, 'database' | 'dataFolder'>): Promise<OpenKeys> {
  await using stack = new AsyncDisposableStack();
  const quiet = { info: () => undefined, error: () => undefined };
  const database = stack.use(await openDatabase(config, quiet));
  // Nothing is verified here, so no use is noted.
  const keys = await createKeyStore(database, { onError: () => undefined });
  const open = stack.move();
  return { keys, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
