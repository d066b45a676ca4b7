import { type ScheduleSpec, readParcel } from '@waybill/protocol';
import { parcelFromText } from '../tables/parcel-text.ts';

/** A row of `waybill.schedule`, selected with {@link scheduleColumns}. */
export interface ScheduleRow {
  readonly tenant: string;
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly isPaused: boolean;
  readonly job: string;
  readonly createdAtMs: number;
  readonly nextAtMs: number | null;
}

/** What to select, or to return, of `waybill.schedule` for a {@link ScheduleRow}. */
export const scheduleColumns = `
  schedule.tenant, schedule.name, schedule.cron, schedule.timezone, schedule.is_paused AS "isPaused", schedule.job,
  waybill.epoch_ms(schedule.created_at) AS "createdAtMs", waybill.epoch_ms(schedule.next_at) AS "nextAtMs"`;

type ScheduledJob = ScheduleSpec['job'];

/** What the column `job` holds as JSON: the job as it was given, its input as a parcel. */
interface StoredJob {
  readonly job: Omit<ScheduledJob, 'input'>;
  readonly input: string;
}

/** Writes a job for the column `job`. */
export function scheduledJobToText(given: ScheduledJob, input: string): string {
  const job = { ...given };
  Reflect.deleteProperty(job, 'input');
  const stored: StoredJob = { job, input };
  return JSON.stringify(stored);
}

/** Reads what {@link scheduledJobToText} wrote. */
export function scheduledJobFromText(text: string): ScheduledJob {
  const { job, input } = JSON.parse(text) as StoredJob;
  return { ...job, input: readParcel(parcelFromText(input)) };
}
