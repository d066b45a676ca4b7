import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import type { Pool, PoolClient } from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { Database } from './database.ts';
import { Session } from './session.ts';
import { StatementNames } from './statement-names.ts';

/** What differs between the two databases. */
export interface PoolDatabaseParts {
  readonly kind: Database['kind'];
  /** Closed with the database. */
  readonly pool: Pool;
  /** Whether connections keep statements prepared. */
  readonly isPreparing: boolean;
  /**
   * Whether a connection is handed on when the last statement is sent and not when it is answered: where there is one for all, nobody
   * waits for the answer to another.
   */
  readonly isShared: boolean;
  readonly listen: Database['listen'];
  readonly ended: Promise<Error>;
  /** Called once, when statements that ran have ended and the pool is closed. */
  closed(): Promise<void>;
}

/** @param next - lets the next one have the connection */
type Use<T> = (session: Session, next: (() => void) | undefined) => Promise<T>;

/** Makes a database of the connections of a pool. */
export function makePoolDatabase(parts: PoolDatabaseParts): Database {
  const { kind, pool, isShared, listen, ended } = parts;
  let closing: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  let connectionCount = 0;
  const namesOf = new WeakMap<PoolClient, StatementNames>();
  const inSession = async <T>(use: Use<T>): Promise<T> => {
    const client = await takeClient(pool);
    const session = new Session(client, namesOf.get(client));
    let isReleased = false;
    const release = (): void => {
      // Not `pool.query`: it gives up the connection at every error, also where a statement was refused.
      if (!isReleased) client.release(session.isLost);
      isReleased = true;
    };
    try {
      return await use(session, isShared ? release : undefined);
    } finally {
      release();
    }
  };
  const withSession = async <T>(use: Use<T>): Promise<T> => {
    if (closing) throw makeError('ERR_WAYBILL_CLOSED', 'The database was closed.');
    const result = inSession(use);
    running.add(result);
    try {
      return await result;
    } finally {
      running.delete(result);
    }
  };
  const alone = <T>(send: (session: Session) => Promise<T>): Promise<T> =>
    withSession((session, next) => {
      const answer = send(session);
      next?.();
      return answer;
    });
  const close = async (): Promise<void> => {
    // The pool forgets who still waits for a connection when it ends, and they would wait for ever.
    await Promise.allSettled(running);
    await pool.end();
    await parts.closed();
  };

  keepErrors(pool);
  if (parts.isPreparing) {
    pool.on('connect', (client) => namesOf.set(client, new StatementNames(++connectionCount)));
    suitKeptPlans(pool);
  }
  return {
    kind,
    ended,
    listen,
    query: (text, values) => alone(({ statements }) => statements.query(text, values)),
    script: (text) => alone(({ statements }) => statements.script(text)),
    transaction: (work) => withSession((session, next) => session.transaction(work, next)),
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

/**
 * A plan is kept for as long as its connection, and may be older than nearly all rows: what was best read from end to end then is
 * dear soon. What is large here is read by an index. Where there is none the cost looks enormous then, and would be worth compiling.
 */
function suitKeptPlans(pool: Pool): void {
  const told = (): void => {};
  // Sent before whatever else is; where it fails, that fails too.
  pool.on(
    'connect',
    (client) => void client.query('SET enable_seqscan = off; SET jit = off').catch(told),
  );
}

async function takeClient(pool: Pool): Promise<PoolClient> {
  try {
    // Sockets stay longer than who asks for the first of them.
    return await ContextSnapshot.root.run(() => pool.connect());
  } catch (error) {
    throw toDatabaseError(error);
  }
}
