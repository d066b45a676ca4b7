import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeError } from '@waybill/protocol';

/**
 * Makes the data folder where it is not there, for its owner only.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE`
 */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** Where the embedded database is. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, 'database');
}

/**
 * Gives the secret that seals the stored context of jobs on the embedded database: generated at the first start, and kept beside
 * the database for its owner only.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE` where the file cannot be read or written
 */
export async function keptContextKey(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'context-key');
  try {
    return (await readIfThere(path)) ?? (await makeKey(path));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeKey(path: string): Promise<string> {
  const key = randomBytes(48).toString('base64url');
  const own = `${path}.${process.pid}`;
  try {
    await writeFile(own, `${key}\n`, { mode: 0o600, flush: true });
    // Linked when it is whole, and never over another's: jobs may be sealed with that one already.
    await link(own, path);
    return key;
  } finally {
    await rm(own, { force: true });
  }
}

function unusable(path: string, cause: unknown): Error {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  const words = `${path} cannot be used: expected a folder that can be read and written (dataFolder), got ${code}`;
  return makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', words, { details: { path, code }, cause });
}
