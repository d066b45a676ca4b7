import type { Logger } from 'pino';
import { type Database, hasEmbedded, openEmbedded, openPostgres } from '@waybill/queue';
import type { Config } from '../config/config.ts';
import { databaseFolder, openDataFolder } from './data-folder.ts';

/**
 * Opens the database that the configuration names; its caller closes it.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE`, `ERR_WAYBILL_DATABASE_LOCKED`
 */
export async function openDatabase(
  { database, dataFolder }: Pick<Config, 'database' | 'dataFolder'>,
  log: Pick<Logger, 'info' | 'error'>,
): Promise<Database> {
  const onError = (err: unknown): void => log.error({ err }, 'the database could not be kept up');
  if (database.url !== undefined) {
    const { url, maxConnections, preparedStatements } = database;
    return openPostgres({ url, maxConnections, preparedStatements });
  }
  await openDataFolder(dataFolder);
  const folder = databaseFolder(dataFolder);
  if (!hasEmbedded(folder)) log.info({ folder }, 'making the database, which takes some seconds');
  return openEmbedded({ folder, onError });
}
