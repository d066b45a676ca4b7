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

/** Makes a database of the connections of a pool. */
export function makePoolDatabase(parts: PoolDatabaseParts): Database {
  const { kind, pool, listen, ended } = parts;
  const sessions = new Sessions(parts);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await sessions.ended();
    await pool.end();
    await parts.closed();
  };
  const whileOpen = <T>(use: Use<T>): Promise<T> =>
    closing
      ? Promise.reject(makeError('ERR_WAYBILL_CLOSED', 'The database was closed.'))
      : sessions.use(use);
  const alone = <T>(send: (session: Session) => Promise<T>): Promise<T> =>
    whileOpen((session, handOn) => {
      const answer = send(session);
      handOn();
      return answer;
    });
  return {
    kind,
    ended,
    listen,
    query: (...statement) => alone(({ statements }) => statements.query(...statement)),
    script: (...script) => alone(({ statements }) => statements.script(...script)),
    transaction: (work) => whileOpen((session, handOn) => session.transaction(work, handOn)),
    close: () => (closing ??= ContextSnapshot.root.run(close)),
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

/** @param handOn - lets the next one have the connection, where it is shared */
type Use<T> = (session: Session, handOn: () => void) => Promise<T>;

/** Gives sessions on the connections of a pool. */
class Sessions {
  readonly #pool: Pool;
  readonly #isShared: boolean;
  readonly #running = new Set<Promise<unknown>>();
  readonly #namesOf = new WeakMap<PoolClient, StatementNames>();

  constructor({ pool, isPreparing, isShared }: PoolDatabaseParts) {
    this.#pool = pool;
    this.#isShared = isShared;
    keepErrors(pool);
    if (!isPreparing) return;
    let connectionCount = 0;
    pool.on('connect', (client) =>
      this.#namesOf.set(client, new StatementNames(++connectionCount)),
    );
    suitKeptPlans(pool);
  }

  async use<T>(use: Use<T>): Promise<T> {
    const result = this.#use(use);
    this.#running.add(result);
    try {
      return await result;
    } finally {
      this.#running.delete(result);
    }
  }

  /** Waits for what runs: the pool forgets who still waits for a connection when it ends, and they would wait for ever. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #use<T>(use: Use<T>): Promise<T> {
    const client = await takeClient(this.#pool);
    const session = new Session(client, this.#namesOf.get(client));
    let isReleased = false;
    const release = (): void => {
      // Not `pool.query`: it gives up the connection at every error, also where a statement was refused.
      if (!isReleased) client.release(session.isLost);
      isReleased = true;
    };
    try {
      return await use(session, this.#isShared ? release : () => {});
    } finally {
      release();
    }
  }
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
