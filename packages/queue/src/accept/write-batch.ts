import { type DurableJob, type WaybillError, makeError, toWaybillError } from '@waybill/protocol';
import type { Queryable } from '../database/database.ts';
import { isTooLarge } from '../database/is-too-large.ts';
import type { Submitted } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { type JobRow, jobColumns, jobFromRow } from '../tables/job-row.ts';
import { type AddedJob, insertJobs } from './insert-jobs.ts';
import type { NewJob } from './new-job.ts';
import type { QueuedGauge } from './queued-gauge.ts';

/** What a batch is written with. */
export type BatchOffice = Pick<QueueOffice, 'database' | 'engine' | 'signals' | 'settings'> & {
  readonly gauge: QueuedGauge;
};

type Answer = Submitted | WaybillError;
type Known = JobRow & { readonly requestHash: string | null };

/**
 * Writes submissions in one transaction and answers each: with its job, with the one that its idempotency key gave before, or with
 * its own error.
 *
 * @throws `ERR_WAYBILL_DATABASE_UNAVAILABLE`: any of them may have been written or not
 */
export async function writeBatch(
  office: BatchOffice,
  jobs: readonly NewJob[],
): Promise<readonly Answer[]> {
  const { gauge, signals } = office;
  await gauge.refresh(jobs.map(({ tenant }) => tenant));
  const admitted = jobs.filter(({ tenant }) => gauge.take(tenant));
  const written = await addCounted(office, admitted);
  if ([...written.values()].some(isAdded)) signals.tell('ready', '');
  const open = jobs.filter(
    (job) => written.get(job) === undefined && job.idempotencyKey !== undefined,
  );
  const known = await findKnown(office.database, open);
  const answer = async (job: NewJob): Promise<Answer> => {
    const end = written.get(job);
    if (end instanceof Error) return end;
    if (end !== undefined) return { job: freshJob(job, end), isNew: true };
    const first = known.get(keyOf(job.tenant, job.idempotencyKey));
    if (first !== undefined) return answerKnown(job, first);
    if (!written.has(job)) return refusedFull(office, job);
    // The first job with its key was forgotten just now: the key is free.
    const [again = refusedFull(office, job)] = await writeBatch(office, [job]);
    return again;
  };
  return Promise.all(jobs.map(answer));
}

/** `undefined`: its key was used before. */
type Written = AddedJob | WaybillError | undefined;

function isAdded(written: Written): written is AddedJob {
  return written !== undefined && !(written instanceof Error);
}

async function addCounted(
  office: BatchOffice,
  jobs: readonly NewJob[],
): Promise<ReadonlyMap<NewJob, Written>> {
  let written: ReadonlyMap<NewJob, Written> = new Map();
  try {
    if (jobs.length > 0) written = await add(office, jobs);
  } finally {
    for (const job of jobs) office.gauge.end(job.tenant, isAdded(written.get(job)));
  }
  return written;
}

/** Adds all, or finds the ones whose fault it is that they cannot be added together. */
async function add(
  { database, engine }: BatchOffice,
  jobs: readonly NewJob[],
): Promise<Map<NewJob, Written>> {
  const addAll = async (part: readonly NewJob[]): Promise<readonly [NewJob, Written][]> => {
    try {
      const added = await database.transaction((transaction) =>
        insertJobs(transaction, engine, part),
      );
      const byId = new Map(added.map((row) => [row.id, row]));
      return part.map((job) => [job, byId.get(job.id)]);
    } catch (error) {
      if (!isFaultOfRow(error)) throw error;
      if (part.length === 1) return part.map((job) => [job, toWaybillError(error)]);
      const half = part.length >> 1;
      return [...(await addAll(part.slice(0, half))), ...(await addAll(part.slice(half)))];
    }
  };
  return new Map(await addAll(jobs));
}

// By the class of the SQLSTATE: data, constraint, conflict between transactions. Nothing of the transaction stays.
function isFaultOfRow(error: unknown): boolean {
  if (isTooLarge(error)) return true;
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && /^(22|23|40)[0-9A-Z]{3}$/.test(error.code);
}

const selectKnown = `
SELECT ${jobColumns}, job.request_hash AS "requestHash"
FROM json_to_recordset($1::json) AS given(tenant text, key text)
JOIN waybill.job AS job ON job.tenant = given.tenant AND job.idempotency_key = given.key`;

async function findKnown(
  database: Queryable,
  jobs: readonly NewJob[],
): Promise<ReadonlyMap<string, Known>> {
  if (jobs.length === 0) return new Map();
  const keys = jobs.map(({ tenant, idempotencyKey }) => ({ tenant, key: idempotencyKey }));
  const rows = await database.query<Known>(selectKnown, [JSON.stringify(keys)]);
  return new Map(rows.map((row) => [keyOf(row.tenant, row.idempotencyKey), row]));
}

function keyOf(tenant: string, key: string | null | undefined): string {
  return `${tenant} ${key}`;
}

function answerKnown(job: NewJob, first: Known): Answer {
  if (first.requestHash === job.requestHash) return { job: jobFromRow(first), isNew: false };
  const words = `the idempotency key was used before, for job ${first.id}, which is not the same`;
  return makeError('ERR_WAYBILL_IDEMPOTENCY_CONFLICT', words, { details: { jobId: first.id } });
}

function refusedFull({ gauge, settings }: BatchOffice, { tenant }: NewJob): WaybillError {
  const queuedCount = gauge.queuedCount(tenant);
  const maxQueued = settings.maxQueuedPerTenant;
  const words = `${queuedCount} jobs of tenant ${tenant} wait, at most ${maxQueued} may`;
  const details = { tenant, queuedCount, maxQueued };
  return makeError('ERR_WAYBILL_TENANT_QUEUE_FULL', words, { details });
}

function freshJob(job: NewJob, { submittedAtMs, startAfterMs }: AddedJob): DurableJob {
  const { functionName, functionVersion, scheduleName, idempotencyKey, submittedTrace } = job;
  return jobFromRow({
    id: job.id,
    tenant: job.tenant,
    state: 'queued',
    function: functionName ?? null,
    version: functionVersion ?? null,
    schedule: scheduleName ?? null,
    priority: job.priority,
    attemptCount: 0,
    submittedAtMs,
    startAfterMs,
    startedAtMs: null,
    settledAtMs: null,
    forgottenAtMs: null,
    isCancelAsked: false,
    idempotencyKey: idempotencyKey ?? null,
    submittedTrace: submittedTrace ?? null,
    errorCode: null,
    outcome: null,
  });
}
