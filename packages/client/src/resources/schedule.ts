import type { Schedule, ScheduleSpec } from '@waybill/protocol';
import { decodeValue, type ScheduleRequest } from '@waybill/protocol/http';
import { Fields, present } from '../fields.ts';

/** A schedule as lists show it: without its job. */
export interface ListedSchedule extends Omit<Schedule, 'job'> {
  /** Name of the deployed function that its jobs run, if they do. */
  readonly function?: string;
}

/** Reads a schedule. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readSchedule(body: unknown): Schedule {
  const fields = new Fields(body, 'schedule');
  const { function: _function, ...facts } = readListedSchedule(body, 'schedule');
  return { ...facts, job: readJobOf(fields) };
}

/** Reads an item of a list of schedules. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readListedSchedule(item: unknown, path: string): ListedSchedule {
  const fields = new Fields(item, path);
  return present<ListedSchedule>({
    tenant: fields.text('tenant'),
    name: fields.text('name'),
    cron: fields.text('cron'),
    timezone: fields.text('timezone'),
    isPaused: fields.flag('isPaused'),
    createdAtMs: fields.timeMs('createdAt'),
    nextAtMs: fields.list('next', (at, path_) => new Fields({ at }, path_).timeMs('at')),
    function: fields.optionalText('function'),
  });
}

function readJobOf(fields: Fields): ScheduleSpec['job'] {
  fields.fields('job');
  // The service checked it against the schema of the request when it was put.
  const { input, inputParcel, ...rest } = fields.raw('job') as ScheduleRequest['job'];
  if (input === undefined && inputParcel === undefined) return rest;
  const value = decodeValue({ value: input, parcel: inputParcel }, 'ERR_WAYBILL_BAD_ANSWER');
  return { ...rest, input: value };
}
