import type { Queryable } from '../database/database.ts';
import { engineQueue, engineSchema } from './engine-tables.ts';

// The table that all jobs of all queues of pg-boss are in, as long as no queue is given its own.
const table = 'job_common';

// For policies, keys, dependencies and singletons, which no job here has; 14 to 16 for its supervision, which is off.
const unusedIndexes = [1, 2, 3, 4, 6, 8, 9, 10, 12, 13, 14, 15, 16, 17].map(
  (number) => `${table}_i${number}`,
);

// That the queue exists, which nobody deletes: for each job, its one row would be looked up and locked.
const unusedConstraints = ['q_fkey', 'dlq_fkey'];

// Who has other queues in these tables may use what is taken away: a unique index is a promise to them.
const select = `
SELECT name FROM (
  SELECT conname AS name FROM pg_constraint
  WHERE conrelid = '${engineSchema}.${table}'::regclass AND conname = ANY($1::text[])
  UNION ALL
  SELECT indexname FROM pg_indexes
  WHERE schemaname = '${engineSchema}' AND tablename = '${table}' AND indexname = ANY($2::text[])
) AS unused
WHERE NOT EXISTS (SELECT FROM ${engineSchema}.queue AS other WHERE other.name <> '${engineQueue}')`;

/**
 * Takes away what pg-boss keeps up to date with each change of a job for features that are not used here: a third of what a job costs
 * the database. pg-boss does not put it back. Where somebody else has queues in the same tables, nothing is taken away.
 */
export async function trimEngine(database: Queryable): Promise<void> {
  // A look first: to drop nothing would lock the table just as well.
  const found = await database.query<{ readonly name: string }>(select, [
    unusedConstraints,
    unusedIndexes,
  ]);
  const drops = found.map(({ name }) =>
    unusedConstraints.includes(name)
      ? `ALTER TABLE ${engineSchema}.${table} DROP CONSTRAINT IF EXISTS ${name}`
      : `DROP INDEX IF EXISTS ${engineSchema}.${name}`,
  );
  if (drops.length > 0) await database.script(drops.join(';\n'));
}
