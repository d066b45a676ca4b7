import type { Database } from '../database/database.ts';
import type { AttemptKey } from './lock-running.ts';

/** What an executor is called in the tables. */
export interface ExecutorIdentity {
  /** Fresh each time it starts. */
  readonly id: string;
  readonly name: string;
  readonly slots: number;
}

/** A running attempt as the tables know it. */
export interface HeldAttempt extends AttemptKey {
  readonly cancelReason: string | null;
}

/** Signs an executor on. Earlier ones of its name are gone, and what they held is lost. */
export async function signOn(
  database: Database,
  { id, name, slots }: ExecutorIdentity,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('DELETE FROM waybill.executor WHERE name = $1', [name]);
    await transaction.query('INSERT INTO waybill.executor (id, name, slots) VALUES ($1, $2, $3)', [
      id,
      name,
      slots,
    ]);
  });
}

/** Signs an executor off, which holds nothing any more. */
export async function signOff(database: Database, { id }: ExecutorIdentity): Promise<void> {
  await database.query('DELETE FROM waybill.executor WHERE id = $1', [id]);
}

const sign = `
INSERT INTO waybill.executor (id, name, slots) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`;

const held = `
SELECT id AS "jobId", attempt_count AS attempt, cancel_reason AS "cancelReason"
FROM waybill.job WHERE executor = $1::uuid AND state = 'running'`;

/**
 * Gives a sign of life, also where the executor had been given up meanwhile.
 *
 * @returns what it holds
 */
export async function signOfLife(
  database: Database,
  { id, name, slots }: ExecutorIdentity,
): Promise<readonly HeldAttempt[]> {
  await database.query(sign, [id, name, slots]);
  return database.query<HeldAttempt>(held, [id]);
}

const giveUp = `DELETE FROM waybill.executor WHERE seen_at < clock_timestamp() - $1::float8 * interval '1 ms'`;

const abandoned = `
SELECT job.id AS "jobId", job.attempt_count AS attempt FROM waybill.job AS job
WHERE job.state = 'running' AND NOT EXISTS (SELECT FROM waybill.executor WHERE executor.id = job.executor)`;

/** Gives up executors that gave no sign of life for `lostAfterMs`. @returns the attempts that no executor holds */
export async function findAbandoned(
  database: Database,
  lostAfterMs: number,
): Promise<readonly AttemptKey[]> {
  await database.query(giveUp, [lostAfterMs]);
  return database.query<AttemptKey>(abandoned);
}
