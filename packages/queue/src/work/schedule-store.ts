import { ContextSnapshot } from '@waybill/context';
import { type Schedule, type ScheduleSpec, makeError } from '@waybill/protocol';
import { type Issue, describe, refusal } from '@waybill/protocol/parse';
import { prepareJob } from '../accept/prepare-job.ts';
import type { ScheduleStore } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { pageLimit, readCursor, toPage, writeCursor } from '../read/cursor.ts';
import {
  type ScheduleRow,
  scheduleColumns,
  scheduledJobFromText,
  scheduledJobToText,
} from './schedule-row.ts';

const subject = { name: 'schedule', code: 'ERR_WAYBILL_INVALID_JOB' } as const;
const namePattern = /^[A-Za-z0-9._:-]{1,100}$/;
const rules = {
  name: { path: 'name', expected: '1 to 100 characters of A-Z a-z 0-9 . _ : -' },
  cron: { path: 'cron', expected: 'five fields of cron' },
  timezone: { path: 'timezone', expected: 'a name of the IANA time zone database' },
  isPaused: { path: 'isPaused', expected: 'true or false' },
  job: { path: 'job', expected: 'an object' },
} as const;
// Each is looked up, and prepared, whenever it is due.
const maxPerTenant = 1_000;
// How many of the next moments a schedule shows.
const shownCount = 5;

// A schedule that goes on at the same times keeps its next moment, which may have been missed and is still to be submitted.
const upsert = `
INSERT INTO waybill.schedule (tenant, name, cron, timezone, is_paused, job, next_at)
VALUES ($1, $2, $3, $4, $5, $6, waybill.moment($7))
ON CONFLICT (tenant, name) DO UPDATE SET
  cron = excluded.cron, timezone = excluded.timezone, is_paused = excluded.is_paused, job = excluded.job,
  next_at = CASE
    WHEN excluded.next_at IS NOT NULL AND (schedule.cron, schedule.timezone) = (excluded.cron, excluded.timezone)
    THEN coalesce(schedule.next_at, excluded.next_at) ELSE excluded.next_at END
RETURNING ${scheduleColumns}, xmax = 0 AS "isNew"`;

const selectOne = `SELECT ${scheduleColumns} FROM waybill.schedule WHERE tenant = $1 AND name = $2`;

const countOthers = `
SELECT count(*)::int AS count FROM (
  SELECT FROM waybill.schedule WHERE tenant = $1 AND name <> $2 LIMIT $3) others
WHERE NOT EXISTS (SELECT FROM waybill.schedule WHERE tenant = $1 AND name = $2)`;

const selectPage = `
SELECT ${scheduleColumns} FROM waybill.schedule WHERE tenant = $1 AND name > $2 ORDER BY name LIMIT $3`;

const removeOne = 'DELETE FROM waybill.schedule WHERE tenant = $1 AND name = $2 RETURNING name';

/** Makes the store of schedules. Executors submit their jobs. */
export function createScheduleStore(office: QueueOffice): ScheduleStore {
  const { database, engine } = office;
  return {
    put: (spec) => putSchedule(office, spec),
    async find(tenant, name) {
      const [row] = await database.query<ScheduleRow>(selectOne, [tenant, name]);
      return row && scheduleFromRow(engine, row);
    },
    async list(tenant, { cursor, limit } = {}) {
      const of = { list: 'schedules', tenant } as const;
      const count = pageLimit(limit);
      const isName = (key: string): boolean => namePattern.test(key);
      const after = cursor === undefined ? '' : readCursor(of, cursor, isName);
      const rows = await database.query<ScheduleRow>(selectPage, [tenant, after, count + 1]);
      return toPage(rows.map(listedFromRow), count, (last) => writeCursor(of, last.name));
    },
    async remove(tenant, name) {
      const removed = await database.query(removeOne, [tenant, name]);
      return removed.length > 0;
    },
  };
}

async function putSchedule(
  office: QueueOffice,
  spec: ScheduleSpec,
): ReturnType<ScheduleStore['put']> {
  const { database, engine } = office;
  const { tenant, name, cron, timezone = 'UTC', isPaused = false, job } = checkFields(spec);
  // As it will be submitted, so that what is wrong is said now and not at night.
  const { input } = await ContextSnapshot.root.run(prepareJob, office, { ...job, tenant });
  await assertRoom(office, tenant, name);
  const [now] = await database.query<{ readonly ms: number }>(
    'SELECT waybill.epoch_ms(clock_timestamp()) AS ms',
  );
  const range = { fromMs: now?.ms ?? office.now(), count: 1 };
  const [nextAtMs = null] = engine.occurrences(cron, timezone, range);
  const [row] = await database.query<ScheduleRow & { readonly isNew: boolean }>(upsert, [
    tenant,
    name,
    cron,
    timezone,
    isPaused,
    scheduledJobToText(job, input),
    isPaused ? null : nextAtMs,
  ]);
  if (row === undefined) throw new Error(`expected the row of schedule ${name}`);
  const { isNew, ...stored } = row;
  return { schedule: scheduleFromRow(engine, stored), isNew };
}

async function assertRoom({ database }: QueueOffice, tenant: string, name: string): Promise<void> {
  const [row] = await database.query<{ readonly count: number }>(countOthers, [
    tenant,
    name,
    maxPerTenant,
  ]);
  if (row === undefined || row.count < maxPerTenant) return;
  const words = `tenant ${tenant} has ${maxPerTenant} schedules, which is as many as one may have`;
  throw makeError('ERR_WAYBILL_INVALID_JOB', words, {
    details: { tenant, maxCount: maxPerTenant },
  });
}

/** Checks what neither the job's own check nor the engine does. */
function checkFields(spec: ScheduleSpec): ScheduleSpec {
  const { name, cron, timezone = 'UTC', isPaused = false, job } = spec;
  const checks: readonly (readonly [boolean, Omit<Issue, 'got'>, unknown])[] = [
    [isText(name) && namePattern.test(name), rules.name, name],
    [isText(cron) && cron.length <= 256, rules.cron, cron],
    [isText(timezone) && timezone.length <= 64, rules.timezone, timezone],
    [typeof isPaused === 'boolean', rules.isPaused, isPaused],
    [typeof job === 'object' && job !== null, rules.job, job],
  ];
  const issues = checks.flatMap(([isRight, rule, value]): Issue[] =>
    isRight ? [] : [{ ...rule, got: describe(value) }],
  );
  for (const field of ['tenant', 'idempotencyKey', 'startAfterMs']) {
    if (!Object.hasOwn(job ?? {}, field)) continue;
    const expected = 'nothing, because the schedule gives it';
    issues.push({ path: `job.${field}`, expected, got: 'a value' });
  }
  if (issues.length > 0) throw refusal(subject, issues);
  return spec;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function scheduleFromRow(engine: QueueOffice['engine'], row: ScheduleRow): Schedule {
  const { cron, timezone, nextAtMs } = row;
  const moments = nextAtMs === null ? [] : momentsFrom(engine, { cron, timezone, nextAtMs });
  return { ...listedFromRow(row), nextAtMs: moments };
}

// To reckon moments takes milliseconds: a list shows the one that is stored.
function listedFromRow(row: ScheduleRow): Schedule {
  const { tenant, name, cron, timezone, isPaused, job, createdAtMs, nextAtMs } = row;
  return {
    tenant,
    name,
    cron,
    timezone,
    isPaused,
    job: scheduledJobFromText(job),
    createdAtMs: Math.round(createdAtMs),
    nextAtMs: nextAtMs === null ? [] : [Math.round(nextAtMs)],
  };
}

function momentsFrom(
  engine: QueueOffice['engine'],
  { cron, timezone, nextAtMs }: Pick<ScheduleRow, 'cron' | 'timezone'> & { nextAtMs: number },
): readonly number[] {
  try {
    return engine.occurrences(cron, timezone, { fromMs: nextAtMs - 1, count: shownCount });
  } catch {
    // Stored by another version, which could read it: it is shown, so that it can be corrected. Executors say that it does not run.
    return [];
  }
}
