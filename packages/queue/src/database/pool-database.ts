import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import type { Pool, PoolClient } from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { Database } from './database.ts';
import { isUnavailable, statementsOn, runTransaction } from './run-statement.ts';

/** What differs between the two databases. */
export interface PoolDatabaseParts {
  readonly kind: Database['kind'];
  /** Closed with the database. */
  readonly pool: Pool;
  readonly listen: Database['listen'];
  readonly ended: Promise<Error>;
  /** Called once, when statements that ran have ended and the pool is closed. */
  closed(): Promise<void>;
}

/** Makes a database of the connections of a pool. */
export function makePoolDatabase(parts: PoolDatabaseParts): Database {
  const { kind, pool, listen, ended } = parts;
  let closing: Promise<void> | undefined;
  const withClient = async <T>(use: (client: PoolClient) => Promise<T>): Promise<T> => {
    if (closing) throw makeError('ERR_WAYBILL_CLOSED', 'The database was closed.');
    const client = await takeClient(pool);
    let isLost = false;
    try {
      return await use(client);
    } catch (error) {
      isLost = isUnavailable(error);
      throw error;
    } finally {
      // Not `pool.query`: it gives up the connection at every error, also where a statement was refused.
      client.release(isLost);
    }
  };
  const close = async (): Promise<void> => {
    await pool.end();
    await parts.closed();
  };

  keepErrors(pool);
  return {
    kind,
    ended,
    listen,
    query: (text, values) => withClient((client) => statementsOn(client).query(text, values)),
    script: (text) => withClient((client) => statementsOn(client).script(text)),
    transaction: (work) => withClient((client) => runTransaction(client, work)),
    close: () => (closing ??= ContextSnapshot.root.run(close)),
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

/** A connection that breaks is told to the statements on it; nobody else needs to know, and an `error` that nobody hears is fatal. */
function keepErrors(pool: Pool): void {
  const alreadyTold = (): void => {};
  pool.on('error', alreadyTold);
  pool.on('connect', (client) => client.on('error', alreadyTold));
}

async function takeClient(pool: Pool): Promise<PoolClient> {
  try {
    // Sockets stay longer than who asks for the first of them.
    return await ContextSnapshot.root.run(() => pool.connect());
  } catch (error) {
    throw toDatabaseError(error);
  }
}
