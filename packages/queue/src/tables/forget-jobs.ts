import { ContextSnapshot } from '@waybill/context';
import type { Queryable } from '../database/database.ts';
import type { QueueOffice } from '../queue-office.ts';
import { forgetFunctions } from './forget-functions.ts';

const everyMs = 60_000;

const batchCount = 1_000;

// What another process deletes at the moment is passed over.
const deleteBatch = `
WITH old AS MATERIALIZED (
  SELECT id FROM waybill.job WHERE forget_at <= now() ORDER BY forget_at LIMIT ${batchCount} FOR UPDATE SKIP LOCKED
), entries AS (
  DELETE FROM waybill.history WHERE job_id = ANY(ARRAY(SELECT id FROM old))
), bodies AS (
  DELETE FROM waybill.job_body WHERE job_id = ANY(ARRAY(SELECT id FROM old))
)
DELETE FROM waybill.job WHERE id = ANY(ARRAY(SELECT id FROM old)) RETURNING id`;

/** Deletes the settled jobs, with their bodies and histories, that have been kept long enough. @returns how many */
export async function forgetJobs(database: Queryable): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await database.query(deleteBatch);
    count += rows.length;
    if (rows.length < batchCount) return count;
  }
}

/** Forgets jobs and removed functions every minute until it is disposed, which waits for the batch at hand. */
export function startForgetting({
  database,
  onError,
}: Pick<QueueOffice, 'database' | 'onError'>): AsyncDisposable {
  let running: Promise<unknown> = Promise.resolve();
  const forget = (): void => {
    running = running.then(() => forgetJobs(database)).catch(onError);
    running = running.then(() => forgetFunctions(database)).catch(onError);
  };
  const timer = ContextSnapshot.root.run(() => setInterval(forget, everyMs).unref());
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
