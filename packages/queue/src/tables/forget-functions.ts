import type { Queryable } from '../database/database.ts';

// The last version outlives what may be redriven: a job keeps the number of its version for up to a year after it settled.
const dropVersions = `
DELETE FROM waybill.function AS function
WHERE removed_at < now() - interval '1 day' AND (
  removed_at < now() - interval '2 years' OR EXISTS (
    SELECT FROM waybill.function AS later
    WHERE later.tenant = function.tenant AND later.name = function.name AND later.version > function.version))`;

const emptyLast = `
UPDATE waybill.function SET spec = '' WHERE removed_at < now() - interval '1 day' AND spec <> ''`;

/**
 * Deletes functions that were removed a day ago. Of each the number of its last version stays for two years, so that it is not given
 * again: a job that ran one version must not be redriven with another.
 */
export async function forgetFunctions(database: Queryable): Promise<void> {
  await database.query(dropVersions);
  await database.query(emptyLast);
}
