import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeError } from '@waybill/protocol';

const SQLITE_BUSY = 5;

/**
 * Takes the folder of an embedded database for this process, and makes it where it is not there.
 *
 * The lock is one that the operating system holds for a process (SQLite's, on an empty file): of two at once exactly one gets it, and
 * it is free as soon as the last thread of its owner is gone, however that ended. A file with a process id can do neither.
 *
 * @returns gives the folder back
 * @throws `ERR_WAYBILL_DATABASE_LOCKED` with the owner's `pid` in `details`, where it is known;
 *   `ERR_WAYBILL_DATABASE_UNAVAILABLE` for a folder that cannot be made or written
 */
export function lockFolder(folder: string): Disposable {
  const ownerFile = join(folder, 'owner.json');
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(ownerFile, JSON.stringify({ pid: process.pid }));
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw lockedError(folder, readOwner(ownerFile));
    const message = `The folder of the embedded database cannot be used: ${String(error)}.`;
    throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message, {
      cause: error,
      details: { folder },
    });
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function lockedError(folder: string, pid: number | undefined): Error {
  const owner = pid === undefined ? 'Another process' : `Process ${pid}`;
  const message = `${owner} has the embedded database open; one process at a time can: ${folder}`;
  return makeError('ERR_WAYBILL_DATABASE_LOCKED', message, { details: { folder, pid } });
}

/** The owner writes its name just after it has the lock: who comes in between finds none, or an earlier one. */
function readOwner(file: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    // No name yet, or half of one: the lock itself is what counts.
    return undefined;
  }
}
