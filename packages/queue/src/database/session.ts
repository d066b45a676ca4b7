import { isWaybillError, makeError } from '@waybill/protocol';
import { type ClientBase, DatabaseError, type QueryResult } from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { QueryOptions, Queryable, Transaction } from './database.ts';
import type { StatementNames } from './statement-names.ts';
import { together } from './together.ts';

// What a timer can wait.
const LONGEST_MS = 2 ** 31 - 1;

type Run = (
  text: string,
  values?: readonly unknown[],
  options?: QueryOptions,
) => Promise<QueryResult>;

/**
 * One connection while one user has it. Statements are sent at once and run in their order, and reject as {@link Queryable} says; in a
 * transaction those that come after one that failed fail too.
 */
export class Session {
  readonly #client: ClientBase;
  readonly #names: StatementNames | undefined;
  #isLost = false;

  /**
   * @param client - with `pipeline` on
   * @param names - of the statements that the connection keeps prepared; `undefined`: it keeps none
   */
  constructor(client: ClientBase, names?: StatementNames) {
    this.#client = client;
    this.#names = names;
  }

  /** Whether nobody may use the connection any more: it broke, or its state is not known. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Statements on the connection, each kept for itself. */
  get statements(): Queryable {
    return toQueryable(this.#run);
  }

  /**
   * Runs `work` in a transaction; see `Database.transaction`.
   *
   * @param onCommitting - called when no statement of it comes any more, the commit being on its way
   */
  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    onCommitting: () => void = () => {},
  ): Promise<T> {
    const [whileOpen, end] = endable(this.#run);
    let committed: Promise<void> | undefined;
    const commitNow = (): Promise<void> => {
      // After the end it would commit what the next transaction on the connection has begun; the statement it came with is refused.
      if (!end()) return Promise.resolve();
      committed = commit(this.#run);
      onCommitting();
      return committed;
    };
    const begun = this.#run('BEGIN');
    try {
      // The first statement goes along: it fails where this does, for only a lost connection refuses to begin.
      const [result] = await together([work(toTransaction(whileOpen, commitNow)), begun]);
      await (committed ?? commitNow());
      return result;
    } catch (error) {
      end();
      // A commit ends the transaction in any case, and the next one may have begun behind it.
      if (committed === undefined) await this.#rollBack();
      throw error;
    }
  }

  readonly #run: Run = async (text, values, { isKept = true, isBounded = true } = {}) => {
    const time = isBounded ? {} : { query_timeout: LONGEST_MS };
    try {
      if (values === undefined) return await this.#client.query({ text, ...time });
      const name = isKept ? this.#names?.nameOf(text) : undefined;
      return await this.#client.query({
        text,
        values: [...values],
        ...(name && { name }),
        ...time,
      });
    } catch (cause) {
      // Where the driver cannot write a value down it takes the statement from the server, and does not take note.
      if (!(cause instanceof DatabaseError)) this.#names?.forget(text);
      const error = toDatabaseError(cause);
      if (isUnavailable(error)) this.#isLost = true;
      throw error;
    }
  };

  async #rollBack(): Promise<void> {
    // A connection that is given up takes its transaction along.
    if (this.#isLost) return;
    try {
      await this.#run('ROLLBACK');
    } catch {
      // What made it roll back is what the caller hears; a connection in an unknown state is not used again.
      this.#isLost = true;
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return isWaybillError(error) && error.code === 'ERR_WAYBILL_DATABASE_UNAVAILABLE';
}

function toQueryable(run: Run): Queryable {
  return {
    async query<Row extends object>(...statement: Parameters<Run>) {
      const { rows } = await run(...statement);
      return rows as Row[];
    },
    async script<Row extends object>(text: string, options?: QueryOptions) {
      // Typed as one result; where there are several statements it is a list.
      const results = [await run(text, undefined, options)].flat();
      return results.flatMap(({ rows }) => rows as Row[]);
    },
  };
}

function toTransaction(run: Run, commitNow: () => Promise<void>): Transaction {
  const runLast: Run = async (...statement) => {
    const [result] = await together([run(...statement), commitNow()]);
    return result;
  };
  return { ...toQueryable(run), last: toQueryable(runLast) };
}

/** A transaction that somebody keeps for longer would write into the next one on the same connection. Its end says whether it was open. */
function endable(run: Run): [Run, () => boolean] {
  let isOpen = true;
  const checked: Run = async (...statement) => {
    if (isOpen) return run(...statement);
    throw makeError('ERR_WAYBILL_INTERNAL', 'A statement came after the end of its transaction.');
  };
  const end = (): boolean => {
    const wasOpen = isOpen;
    isOpen = false;
    return wasOpen;
  };
  return [checked, end];
}

async function commit(run: Run): Promise<void> {
  const { command } = await run('COMMIT');
  // The database answers so where a statement had failed, and nobody passed that on.
  if (command === 'ROLLBACK') {
    const message = 'A statement of the transaction failed: nothing of it was committed.';
    throw makeError('ERR_WAYBILL_INTERNAL', message);
  }
}
