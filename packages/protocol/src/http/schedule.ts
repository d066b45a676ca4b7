import type { JobRequest } from './job.ts';

/** A job that is to be submitted again and again, under the name in the address. */
export interface ScheduleRequest {
  /** Five fields of cron: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** Name of the IANA time zone database. @defaultValue `'UTC'` */
  readonly timezone?: string | undefined;
  /** @defaultValue `false` */
  readonly isPaused?: boolean | undefined;
  /** What is submitted each time. */
  readonly job: Omit<JobRequest, 'startAfter'>;
}

/** A schedule, as lists show it. */
export interface ScheduleSummary {
  readonly tenant: string;
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly isPaused: boolean;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The next moments (RFC 3339), in a list the first alone; none while it is paused. */
  readonly next: readonly string[];
  /** Name of the deployed function that its jobs run, if they do. */
  readonly function?: string;
}

/** A schedule. */
export interface ScheduleResource extends ScheduleSummary {
  readonly job: Omit<JobRequest, 'startAfter'>;
}
