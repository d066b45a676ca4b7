import type { Database } from '../database/database.ts';
import { leasedIds } from '../engine/engine-tables.ts';
import type { QueueOffice } from '../queue-office.ts';
import type { AttemptKey } from './lock-running.ts';
import { findLivingNamesakes } from './namesakes.ts';
import type { ExecutorTimings } from './timings.ts';

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

/**
 * Signs an executor on. Earlier ones of its name are gone, and what they held is lost, unless they give a sign of life when they are
 * asked for one: then the office is told that two have one name, and each keeps what it holds.
 */
export async function signOn(
  office: Pick<QueueOffice, 'database' | 'signals' | 'onError'>,
  { id, name, slots }: ExecutorIdentity,
  timings: Pick<ExecutorTimings, 'heartbeatMs' | 'answerMs'>,
): Promise<void> {
  const livingIds = await findLivingNamesakes(office, name, timings);
  if (livingIds.length > 0) {
    const words = `an executor of the name ${name} is running already: each needs its own`;
    office.onError(new Error(words));
  }
  await office.database.transaction(async (transaction) => {
    const gone = 'DELETE FROM waybill.executor WHERE name = $1 AND id <> ALL($2::uuid[])';
    await transaction.query(gone, [name, livingIds]);
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
FROM waybill.job WHERE id IN (${leasedIds}) AND executor = $1::uuid AND state = 'running'`;

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
WHERE job.id IN (${leasedIds}) AND job.state = 'running'
  AND NOT EXISTS (SELECT FROM waybill.executor WHERE executor.id = job.executor)`;

/** Gives up executors that gave no sign of life for `lostAfterMs`. */
export async function giveUpSilent(database: Database, lostAfterMs: number): Promise<void> {
  await database.query(giveUp, [lostAfterMs]);
}

/** Gives the attempts that no executor holds. */
export function findAbandoned(database: Database): Promise<readonly AttemptKey[]> {
  return database.query<AttemptKey>(abandoned);
}
