import { ContextSnapshot } from '@waybill/context';
import { insertJobs } from '../accept/insert-jobs.ts';
import type { NewJob } from '../accept/new-job.ts';
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

const selectDue = `
SELECT ${scheduleColumns}, waybill.epoch_ms(now()) AS "nowMs", schedule.next_at::text AS moment
FROM waybill.schedule WHERE next_at <= now() ORDER BY next_at LIMIT 100`;

// Of all who found it due, one goes on; so it is where it was changed or removed meanwhile.
const advance = `
UPDATE waybill.schedule SET next_at = waybill.moment($5)
WHERE tenant = $1 AND name = $2 AND next_at = $3::timestamptz AND job = $4 RETURNING name`;

/** Submits the jobs of schedules that are due, each moment once, whoever else does the same. */
export class ScheduleTicker {
  readonly #office: QueueOffice;
  readonly #tickMs: number;
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
      await submitDue(this.#office);
    } catch (error) {
      // That the database is away is told by the heartbeat.
      if (!isPassing(error)) this.#office.onError(error);
    }
    this.#ticking = undefined;
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.tick(), this.#tickMs);
  }
}

async function submitDue(office: QueueOffice): Promise<void> {
  const due = await office.database.query<DueRow>(selectDue);
  for (const row of due) await submitOne(office, row);
}

async function submitOne(office: QueueOffice, row: DueRow): Promise<void> {
  const { tenant, name, cron, timezone, job: storedJob, moment, nowMs, nextAtMs } = row;
  const job = await prepare(office, row);
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

/** @returns `undefined` if the job cannot be submitted any more, which the office is told of: its function was removed */
async function prepare(office: QueueOffice, row: DueRow): Promise<NewJob | undefined> {
  const { tenant, name: schedule, nextAtMs } = row;
  try {
    const idempotencyKey = `schedule/${schedule}/${Math.round(nextAtMs)}`;
    const spec = { ...scheduledJobFromText(row.job), tenant, idempotencyKey };
    return await prepareJob(office, spec, { schedule });
  } catch (error) {
    if (isPassing(error)) throw error;
    office.onError(error);
    return undefined;
  }
}
