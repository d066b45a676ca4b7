import { isWaybillError, makeError } from '@waybill/protocol';
import type { ClientBase, QueryResult } from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { Queryable } from './database.ts';

type Run = (text: string, values?: readonly unknown[]) => Promise<QueryResult>;

/** Runs statements on one connection, each when the one before has ended; they reject as {@link Queryable} says. */
export function statementsOn(client: ClientBase): Queryable {
  return toQueryable(inTurn(client));
}

/** Runs `work` in a transaction on one connection, which nothing else uses meanwhile. */
export async function runTransaction<T>(
  client: ClientBase,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  const run = inTurn(client);
  const [whileOpen, end] = endable(run);
  await run('BEGIN');
  try {
    const result = await work(toQueryable(whileOpen));
    end();
    await commit(run);
    return result;
  } catch (error) {
    end();
    // A connection that is gone took its transaction along.
    if (!isUnavailable(error)) await run('ROLLBACK');
    throw error;
  }
}

/** Whether an error is `ERR_WAYBILL_DATABASE_UNAVAILABLE`. */
export function isUnavailable(error: unknown): boolean {
  return isWaybillError(error) && error.code === 'ERR_WAYBILL_DATABASE_UNAVAILABLE';
}

function toQueryable(run: Run): Queryable {
  return {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      const { rows } = await run(text, values);
      return rows as Row[];
    },
    async script<Row extends object>(text: string) {
      // Typed as one result; where there are several statements it is a list.
      const results = [await run(text)].flat();
      return results.flatMap(({ rows }) => rows as Row[]);
    },
  };
}

/** The driver's own line of statements is to go in its next version. */
function inTurn(client: ClientBase): Run {
  let last: Promise<unknown> = Promise.resolve();
  return (text, values) => {
    const result = last.then(() => runNow(client, text, values));
    last = result.catch(() => undefined);
    return result;
  };
}

async function runNow(
  client: ClientBase,
  text: string,
  values?: readonly unknown[],
): Promise<QueryResult> {
  try {
    return await client.query(text, values && [...values]);
  } catch (error) {
    throw toDatabaseError(error);
  }
}

/** A transaction that somebody keeps for longer would write into the next one on the same connection. */
function endable(run: Run): [Run, () => void] {
  let isOpen = true;
  const checked: Run = async (text, values) => {
    if (isOpen) return run(text, values);
    throw makeError('ERR_WAYBILL_INTERNAL', 'A statement came after the end of its transaction.');
  };
  return [checked, () => (isOpen = false)];
}

async function commit(run: Run): Promise<void> {
  const { command } = await run('COMMIT');
  // The database answers so where a statement had failed, and nobody passed that on.
  if (command === 'ROLLBACK') {
    const message = 'A statement of the transaction failed: nothing of it was committed.';
    throw makeError('ERR_WAYBILL_INTERNAL', message);
  }
}
