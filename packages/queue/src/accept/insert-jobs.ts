import type { Transaction } from '../database/database.ts';
import { together } from '../database/together.ts';
import type { Engine, EngineJob } from '../engine/engine.ts';
import type { NewJob } from './new-job.ts';

/** A job that was added just now. */
export interface AddedJob {
  readonly id: string;
  readonly submittedAtMs: number;
  readonly startAfterMs: number;
}

// Sorted by key, so that two batches that wait for each other's keys cannot wait in a circle.
const keyed = `
  ORDER BY tenant, idempotency_key, id ON CONFLICT (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`;

/** @param order - of the rows, and what becomes of one whose key was used: to look for it costs a sixth of the statement */
const insertWith = (order: string): string => `
WITH given AS (
  SELECT * FROM json_to_recordset($1::json) AS given(
    id uuid, tenant text, function_name text, function_version int, schedule_name text, priority int, spec text, input text,
    context text, submitted_trace text, idempotency_key text, request_hash text, start_after_ms float8, keep_seconds int)
), added AS (
  INSERT INTO waybill.job (
    id, tenant, function_name, function_version, schedule_name, priority, submitted_trace, idempotency_key,
    request_hash, start_after, keep_seconds, history_count)
  SELECT id, tenant, function_name, function_version, schedule_name, priority, submitted_trace, idempotency_key,
    request_hash, greatest(now(), waybill.moment(start_after_ms)), keep_seconds, 1
  FROM given ${order}
  RETURNING id, waybill.epoch_ms(submitted_at) AS submitted_at_ms, waybill.epoch_ms(start_after) AS start_after_ms
), stored AS (
  INSERT INTO waybill.job_body (job_id, spec, input, context)
  SELECT given.id, given.spec, given.input, given.context FROM given JOIN added ON added.id = given.id
), noted AS (
  INSERT INTO waybill.history (job_id, seq, at, kind, facts)
  SELECT id, 1, waybill.moment(submitted_at_ms), 'queued', json_build_object('startAfterMs', start_after_ms)::text
  FROM added
)
SELECT id, submitted_at_ms AS "submittedAtMs", start_after_ms AS "startAfterMs" FROM added`;

const insertKeyed = insertWith(keyed);
const insertKeyless = insertWith('');

/**
 * Adds jobs to the tables and to the engine, and commits: nothing may come after it in the transaction. A job whose idempotency key
 * its tenant has used before is left out. After the commit tell the signal `ready`.
 *
 * @returns those that were added, in any order
 */
export async function insertJobs(
  transaction: Transaction,
  engine: Engine,
  jobs: readonly NewJob[],
): Promise<readonly AddedJob[]> {
  const isKeyless = jobs.every(({ idempotencyKey }) => idempotencyKey === undefined);
  const text = isKeyless ? insertKeyless : insertKeyed;
  const adding = transaction.query<AddedJob>(text, [JSON.stringify(jobs.map(toRow))]);
  // Only a key that was used leaves one out; without keys there is no need to wait for the answer.
  if (isKeyless) {
    const [all] = await together([adding, engine.insert(transaction.last, jobs.map(toEngineJob))]);
    return all;
  }
  const added = await adding;
  const addedIds = new Set(added.map(({ id }) => id));
  const fresh = jobs.filter(({ id }) => addedIds.has(id));
  if (fresh.length > 0) await engine.insert(transaction.last, fresh.map(toEngineJob));
  return added;
}

function toRow(job: NewJob): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    tenant: job.tenant,
    function_name: job.functionName,
    function_version: job.functionVersion,
    schedule_name: job.scheduleName,
    priority: job.priority,
    spec: job.spec,
    input: job.input,
    context: job.context,
    submitted_trace: job.submittedTrace,
    idempotency_key: job.idempotencyKey,
    request_hash: job.requestHash,
    start_after_ms: job.startAfterMs,
    keep_seconds: job.keepSeconds,
  };
}

// At once is 0 and not the time of this process, whose clock may be ahead of the database's.
function toEngineJob({ id, tenant, priority, startAfterMs = 0 }: NewJob): EngineJob {
  return { id, tenant, priority, startAfterMs };
}
