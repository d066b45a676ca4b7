import type { DurableJobSpec } from './job.ts';

/** A job that is submitted again and again, in the root context: nobody's context is carried into it. */
export interface ScheduleSpec {
  /** 1 to 100 characters of `[A-Za-z0-9._:-]`, unique within the tenant. */
  readonly name: string;
  readonly tenant: string;
  /** Five fields of cron: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** Name of the IANA time zone database. @defaultValue `'UTC'` */
  readonly timezone?: string | undefined;
  /** @defaultValue false */
  readonly isPaused?: boolean | undefined;
  /** What is submitted each time. */
  readonly job: Omit<DurableJobSpec, 'tenant' | 'idempotencyKey' | 'startAfterMs'>;
}

/** A schedule as it is kept. */
export interface Schedule extends ScheduleSpec {
  readonly timezone: string;
  readonly isPaused: boolean;
  /** In ms since 1970. */
  readonly createdAtMs: number;
  /** The next moments, in ms since 1970, in a list the first alone; none while it is paused. */
  readonly nextAtMs: readonly number[];
}
