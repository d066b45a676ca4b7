import { ContextSnapshot } from '@waybill/context';
import { makeError } from '@waybill/protocol';
import { insertJobs } from '../accept/insert-jobs.ts';
import type { NewJob } from '../accept/new-job.ts';
import { makeOwnKey } from '../accept/own-key.ts';
import { prepareJob } from '../accept/prepare-job.ts';
import type { QueueOffice } from '../queue-office.ts';
import { isPassing } from './is-passing.ts';
import { type ScheduleRow, scheduleColumns, scheduledJobFromText } from './schedule-row.ts';

interface DueRow extends ScheduleRow {
  readonly nextAtMs: number;
  readonly nowMs: number;
  /** The moment exactly as it is stored. */
  readonly moment: string;
}

// So that the schedules of one tenant never keep those of others waiting.
const maxCountOfTenant = 10;
const parallelCount = 8;

// By turns: the first of each tenant, then the second of each.
const selectDue = `
SELECT ${scheduleColumns}, waybill.epoch_ms(now()) AS "nowMs", schedule.next_at::text AS moment
FROM (
  SELECT schedule.*, row_number() OVER (PARTITION BY tenant ORDER BY next_at) AS place
  FROM waybill.schedule WHERE next_at <= now()
) AS schedule
WHERE place <= ${maxCountOfTenant} ORDER BY place, next_at LIMIT 100`;

// Of all who found it due, one goes on; so it is where it was changed or removed meanwhile.
const advance = `
UPDATE waybill.schedule SET next_at = waybill.moment($5)
WHERE tenant = $1 AND name = $2 AND next_at = $3::timestamptz AND job = $4 RETURNING name`;

const countQueued = `
SELECT count(*)::int AS count FROM (
  SELECT FROM waybill.job WHERE tenant = $1 AND settled_at IS NULL AND state = 'queued' LIMIT $2) waiting`;

const halt = `
UPDATE waybill.schedule SET next_at = NULL WHERE tenant = $1 AND name = $2 AND next_at = $3::timestamptz`;

/** Submits the jobs of schedules that are due, each moment once, whoever else does the same. */
export class ScheduleTicker {
  readonly #office: QueueOffice;
  readonly #tickMs: number;
  readonly #fullTenants = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #isStopped = false;

  constructor(office: QueueOffice, tickMs: number) {
    this.#office = office;
    this.#tickMs = tickMs;
  }

  /** Looks for due schedules now, then again and again. Never rejects. */
  async tick(): Promise<void> {
    this.#ticking ??= ContextSnapshot.root.run(() => this.#tickOnce());
    await this.#ticking;
  }

  /** Looks no more. Resolves when what is on its way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#ticking;
  }

  async #tickOnce(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await submitDue(this.#office, this.#fullTenants);
    } catch (error) {
      // That the database is away is told by the heartbeat.
      if (!isPassing(error)) this.#office.onError(error);
    }
    this.#ticking = undefined;
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.tick(), this.#tickMs);
  }
}

/** @param fullTenants - those whose schedules were skipped, which was told */
async function submitDue(office: QueueOffice, fullTenants: Set<string>): Promise<void> {
  const due = await office.database.query<DueRow>(selectDue);
  const tenants = Map.groupBy(due, ({ tenant }) => tenant).values();
  // All take from one iterator, so that each tenant is taken once.
  const lanes = Array.from({ length: parallelCount }, async () => {
    for (const rows of tenants) {
      for (const row of rows) await submitOrHalt(office, row, fullTenants);
    }
  });
  for (const end of await Promise.allSettled(lanes)) {
    if (end.status === 'rejected') throw end.reason;
  }
}

async function submitOrHalt(
  office: QueueOffice,
  row: DueRow,
  fullTenants: Set<string>,
): Promise<void> {
  try {
    await submitOne(office, row, fullTenants);
  } catch (error) {
    if (isPassing(error)) throw error;
    // One that nobody can read must not stop those of other tenants, now or at the next tick.
    office.onError(error);
    await office.database.query(halt, [row.tenant, row.name, row.moment]);
  }
}

async function submitOne(
  office: QueueOffice,
  row: DueRow,
  fullTenants: Set<string>,
): Promise<void> {
  const { tenant, name, cron, timezone, job: storedJob, moment, nowMs, nextAtMs } = row;
  const hasRoom = await findRoom(office, tenant, fullTenants);
  const job = hasRoom ? await prepare(office, row) : undefined;
  // However many moments were missed, they are submitted once.
  const range = { fromMs: Math.max(nowMs, nextAtMs), count: 1 };
  const [followingMs = null] = office.engine.occurrences(cron, timezone, range);
  const isMine = await office.database.transaction(async (transaction) => {
    const values = [tenant, name, moment, storedJob, followingMs];
    const [claimed] = await transaction.query(advance, values);
    if (claimed === undefined || job === undefined) return false;
    await insertJobs(transaction, office.engine, [job]);
    return true;
  });
  if (isMine && job !== undefined) office.signals.tell('ready', job.id);
}

/** Whether the tenant may have one more job waiting; the office is told once of one that may not, until it may again. */
async function findRoom(
  { database, settings, onError }: QueueOffice,
  tenant: string,
  fullTenants: Set<string>,
): Promise<boolean> {
  const maxQueued = settings.maxQueuedPerTenant;
  const [row] = await database.query<{ readonly count: number }>(countQueued, [tenant, maxQueued]);
  const queuedCount = row?.count ?? 0;
  if (queuedCount < maxQueued) {
    fullTenants.delete(tenant);
    return true;
  }
  if (!fullTenants.has(tenant)) {
    const words = `moments of schedules are skipped: ${queuedCount} jobs of tenant ${tenant} wait, at most ${maxQueued} may`;
    const details = { tenant, queuedCount, maxQueued };
    onError(makeError('ERR_WAYBILL_TENANT_QUEUE_FULL', words, { details }));
  }
  fullTenants.add(tenant);
  return false;
}

/** @returns `undefined` if the job cannot be submitted any more, which the office is told of: its function was removed */
async function prepare(office: QueueOffice, row: DueRow): Promise<NewJob | undefined> {
  const { tenant, name: schedule, nextAtMs } = row;
  try {
    const ownKey = makeOwnKey('schedule', schedule, Math.round(nextAtMs));
    const spec = { ...scheduledJobFromText(row.job), tenant };
    return await prepareJob(office, spec, { schedule, ownKey });
  } catch (error) {
    if (isPassing(error)) throw error;
    office.onError(error);
    return undefined;
  }
}
