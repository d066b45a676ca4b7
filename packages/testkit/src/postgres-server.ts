import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresBinaries, postgresUser, type PostgresUser } from './postgres-binaries.ts';
import { startPostgresProcess, type PostgresProcess } from './postgres-process.ts';
import { postgresQuery } from './postgres-query.ts';

/** A PostgreSQL of its own for tests, reached over a unix socket in its folder. */
export interface PostgresServer extends AsyncDisposable {
  /** Of the database that every server has; it names a password, which the server does not ask for. */
  readonly url: string;
  /** Makes an empty database and gives its URL: some 50 ms, so one server serves a file of tests. */
  createDatabase(): Promise<string>;
  /** SIGKILL for the server and all its processes: connections break, what was committed stays. */
  kill(): Promise<void>;
  /** Starts it again, at the same URLs; stops it before where it runs. */
  restart(): Promise<void>;
}

/** How {@link startPostgres} sets its server up. */
export interface PostgresOptions {
  /** Whether commits wait for the disk: slower, and safe when the machine dies. @defaultValue false */
  readonly isDurable?: boolean;
}

const password = 'not-asked-for';

/**
 * Starts a PostgreSQL in a fresh folder under the system's temporary one; about 1.5 s.
 *
 * Disposal stops it and removes the folder. If this process dies first, both happen by themselves.
 *
 * @throws Error when there is no PostgreSQL for this platform, or it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await postgresBinaries();
  const user = postgresUser();
  const folder = await mkdtemp(join(tmpdir(), 'waybill-postgres-'));
  try {
    await initialise(binaries.initdb, folder, user);
    const args = serverArgs(folder, options.isDurable ?? false);
    const start = (): Promise<PostgresProcess> =>
      startPostgresProcess({ program: binaries.postgres, args, user, folder });
    return makeServer(folder, start, await start());
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function makeServer(
  folder: string,
  start: () => Promise<PostgresProcess>,
  first: PostgresProcess,
): PostgresServer {
  let running: PostgresProcess | undefined = first;
  const take = (): PostgresProcess | undefined => {
    const taken = running;
    running = undefined;
    return taken;
  };
  const urlOf = (database: string): string =>
    `postgres://postgres:${password}@localhost/${database}?host=${encodeURIComponent(folder)}`;
  return {
    url: urlOf('postgres'),
    async createDatabase() {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await postgresQuery(join(folder, '.s.PGSQL.5432'), `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    async kill() {
      await take()?.kill();
    },
    async restart() {
      await take()?.stop();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await take()?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function initialise(
  initdb: string,
  folder: string,
  user: PostgresUser | undefined,
): Promise<void> {
  if (user) await chown(folder, user.uid, user.gid);
  const args = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C'];
  await promisify(execFile)(initdb, [...args, '--no-sync', join(folder, 'data')], {
    ...user,
    cwd: folder,
  });
}

function serverArgs(folder: string, isDurable: boolean): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    fsync: isDurable ? 'on' : 'off',
    full_page_writes: isDurable ? 'on' : 'off',
    max_connections: '100',
    shared_buffers: '32MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', join(folder, 'data'), ...args];
}
