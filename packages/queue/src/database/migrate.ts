import { makeError } from '@waybill/protocol';
import type { Migration } from '../schema/migrations.ts';
import type { Database, Queryable } from './database.ts';

// Held by one process at a time that changes the schema: "waybill", as far as a number holds it.
const MIGRATION_LOCK = '0x776179626c';

const ground = `
CREATE SCHEMA IF NOT EXISTS waybill;
CREATE TABLE IF NOT EXISTS waybill.migration (
  component text NOT NULL,
  version int NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (component, version)
);`;

/**
 * Brings the tables of a component to its newest version: runs the steps that are missing in their order, each in a transaction of its
 * own. Any number of processes may do it at once. There is no way back: a step is never undone.
 *
 * @param component - name of a set of tables that change together
 * @throws `ERR_WAYBILL_DATABASE_TOO_NEW` when the database has a step that `migrations` lacks, `ERR_WAYBILL_DATABASE_UNAVAILABLE`,
 *   or the error of a step, which was then rolled back
 */
export async function migrate(
  database: Database,
  component: string,
  migrations: readonly Migration[],
): Promise<void> {
  checkOrder(migrations);
  const inTurn = <T>(work: (transaction: Queryable) => Promise<T>): Promise<T> =>
    database.transaction(async (transaction) => {
      // Another process may take as long as its steps do.
      await transaction.script(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`, {
        isBounded: false,
      });
      return work(transaction);
    });

  const present = await inTurn(async (transaction) => {
    await transaction.script(ground);
    return versionOf(transaction, component);
  });
  if (present > migrations.length) throw tooNew(component, present, migrations.length);
  for (const migration of migrations.slice(present)) {
    await inTurn((transaction) => step(transaction, component, migration));
  }
}

async function step(
  transaction: Queryable,
  component: string,
  { version, sql }: Migration,
): Promise<void> {
  // Another process may have been quicker.
  if ((await versionOf(transaction, component)) >= version) return;
  // A step may write whole tables again.
  await transaction.script(sql, { isBounded: false });
  await transaction.query('INSERT INTO waybill.migration (component, version) VALUES ($1, $2)', [
    component,
    version,
  ]);
}

async function versionOf(transaction: Queryable, component: string): Promise<number> {
  const [row] = await transaction.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM waybill.migration WHERE component = $1',
    [component],
  );
  return row?.version ?? 0;
}

function checkOrder(migrations: readonly Migration[]): void {
  const wrong = migrations.find(({ version }, index) => version !== index + 1);
  if (!wrong) return;
  const message = `Expected migrations numbered 1, 2, 3 and so on, found ${wrong.version} out of turn.`;
  throw makeError('ERR_WAYBILL_INTERNAL', message);
}

function tooNew(component: string, version: number, known: number): Error {
  const message = `The database has version ${version} of "${component}"; this program knows versions up to ${known}.`;
  return makeError('ERR_WAYBILL_DATABASE_TOO_NEW', message, {
    details: { component, version, known },
  });
}
