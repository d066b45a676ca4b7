import type { Page, Schedule, ScheduleSpec } from '@waybill/protocol';
import type { CallOptions } from './options.ts';
import { remove } from './remove.ts';
import { toScheduledJob } from './requests.ts';
import { itemsOf, readPage, type ListOptions } from './resources/page.ts';
import { readListedSchedule, readSchedule, type ListedSchedule } from './resources/schedule.ts';
import type { Transport } from './transport.ts';

/** Jobs that are submitted again and again. */
export interface SchedulesClient {
  /** Makes or replaces a schedule. @throws `ERR_WAYBILL_INVALID_JOB` for a cron expression, a zone or a job that is none */
  put(
    name: string,
    spec: Omit<ScheduleSpec, 'name' | 'tenant'>,
    options?: CallOptions,
  ): Promise<{ readonly schedule: Schedule; readonly isNew: boolean }>;
  /** @throws `ERR_WAYBILL_SCHEDULE_NOT_FOUND` */
  get(name: string, options?: CallOptions): Promise<Schedule>;
  /** Gives all schedules, page by page as they are read. */
  list(list?: ListOptions, options?: CallOptions): AsyncIterable<ListedSchedule>;
  page(list?: ListOptions, options?: CallOptions): Promise<Page<ListedSchedule>>;
  /** Jobs that it submitted stay. @returns whether there was one */
  remove(name: string, options?: CallOptions): Promise<boolean>;
}

/** Makes the part of a client that is about schedules. */
export function makeSchedulesClient(transport: Transport): SchedulesClient {
  const root = ['v1', 'schedules'] as const;
  const page: SchedulesClient['page'] = async (list = {}, options = {}) => {
    const call = { method: 'GET', path: root, query: { ...list } } as const;
    return readPage((await transport.request(call, options)).body, readListedSchedule);
  };
  return {
    page,
    put: async (name, { job, ...rest }, options) => {
      const body = { ...rest, job: toScheduledJob(job) };
      const call = { method: 'PUT', path: [...root, name], body } as const;
      const answer = await transport.request(call, options);
      return { schedule: readSchedule(answer.body), isNew: answer.status === 201 };
    },
    get: async (name, options) => {
      const call = { method: 'GET', path: [...root, name] } as const;
      return readSchedule((await transport.request(call, options)).body);
    },
    list: (list = {}, options = {}) =>
      itemsOf(list.cursor, (cursor) => page({ ...list, cursor }, options)),
    remove: (name, options) =>
      remove(transport, [...root, name], { missing: 'ERR_WAYBILL_SCHEDULE_NOT_FOUND', options }),
  };
}
