import { makeError } from '@waybill/protocol';
import { Client, Pool, type ClientConfig } from 'pg';
import type { Database } from './database.ts';
import { makePoolDatabase } from './pool-database.ts';
import { PostgresListener } from './postgres-listener.ts';

/** Which server, and how it is used. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with what the driver takes behind a `?`: `sslmode`, `application_name` and others. */
  readonly url: string;
  /** Connections at once, from 2, beside one that listens: to open a queue takes a second one while the first holds a lock. @defaultValue 10 */
  readonly maxConnections?: number | undefined;
  /** The longest that a statement may take, except for the steps of a migration, in milliseconds. @defaultValue 60_000 */
  readonly statementTimeoutMs?: number | undefined;
  /**
   * Whether connections keep statements prepared, which saves the server most of its work for each. `false` behind a proxy that gives
   * each transaction another connection and does not know of them: PgBouncer before 1.21, or without `max_prepared_statements`.
   *
   * @defaultValue true
   */
  readonly preparedStatements?: boolean | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
const OLDEST_VERSION = 130_000;

/**
 * Opens a database on a PostgreSQL server, version 13 or later, that any number of processes may share.
 *
 * It survives restarts of the server: statements reject with `ERR_WAYBILL_DATABASE_UNAVAILABLE` while it is away, and work again when
 * it is back.
 *
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for a URL that is none, or too few connections;
 *   `ERR_WAYBILL_DATABASE_UNAVAILABLE` when the server does not answer, refuses the login or is too old
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const config = toConfig(options);
  const { maxConnections = 10 } = options;
  if (!Number.isSafeInteger(maxConnections) || maxConnections < 2) {
    const words = `maxConnections: expected an integer from 2, got ${maxConnections}`;
    throw makeError('ERR_WAYBILL_INVALID_OPTIONS', words);
  }
  const pool = new Pool({
    ...config,
    pipeline: true,
    max: maxConnections,
    query_timeout: options.statementTimeoutMs ?? 60_000,
  });
  const listener = new PostgresListener(config);
  const database = makePoolDatabase({
    kind: 'postgres',
    pool,
    isShared: false,
    isPreparing: options.preparedStatements ?? true,
    ended: Promise.withResolvers<Error>().promise,
    listen: (channel, onMessage, onGap) => listener.listen(channel, { onMessage, onGap }),
    closed: () => listener.close(),
  });
  try {
    await checkServer(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function toConfig({ url }: PostgresOptions): ClientConfig {
  const config: ClientConfig = {
    connectionString: url,
    fallback_application_name: 'waybill',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  // Neither the text nor the driver's error goes into ours: a password may be in it.
  if (!/^postgres(?:ql)?:\/\//.test(url) || !isUnderstood(config)) {
    const message =
      'Expected the address of the database as postgres://user:password@host/database.';
    throw makeError('ERR_WAYBILL_INVALID_OPTIONS', message);
  }
  return config;
}

function isUnderstood(config: ClientConfig): boolean {
  try {
    return new Client(config) instanceof Client;
  } catch {
    // Its words may show the password.
    return false;
  }
}

async function checkServer(database: Database): Promise<void> {
  try {
    const [row] = await database.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    if (row && row.version >= OLDEST_VERSION) return;
  } catch (error) {
    // Also what the server says itself: no such database, wrong password.
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The database cannot be opened: ${reason}`;
    throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message, { cause: error });
  }
  const message = 'The database cannot be opened: expected PostgreSQL 13 or later.';
  throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', message);
}
