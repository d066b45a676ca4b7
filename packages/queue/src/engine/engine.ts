import type { Queryable } from '../database/database.ts';

/** What the engine needs to know of a job; the rest stands in our own tables under the same id. */
export interface EngineJob {
  readonly id: string;
  readonly tenant: string;
  readonly priority: number;
  readonly startAfterMs: number;
}

/** How many attempts of one tenant run at once, over all executors. */
export interface TenantSlots {
  readonly default: number;
  readonly of: ReadonlyMap<string, number>;
}

/** What a lease took. */
export interface Leased {
  /** The first to run first. */
  readonly jobIds: readonly string[];
  /** Whether others were ready: of another priority, or beyond the slots, the tenant's or those that were asked for. */
  readonly hasMore: boolean;
}

/**
 * What durable jobs need of a queue: the thin adapter over pg-boss. It decides which job is next and how many of a tenant run at
 * once, nothing else: it never changes a job by itself. Every method takes the transaction in which our own tables change too, so
 * both always agree, and the fence against executors that come too late is our own row alone: its `attempt_count`.
 */
export interface Engine extends AsyncDisposable {
  /** Puts jobs in line. None of them may be in it already. */
  insert(transaction: Queryable, jobs: readonly EngineJob[]): Promise<void>;
  /**
   * Takes up to `slots` jobs that are ready: the highest priority first, then the oldest, without passing any tenant's slots. They
   * count against their tenant until they are put back or removed.
   */
  lease(transaction: Queryable, slots: number, tenants: TenantSlots): Promise<Leased>;
  /** Puts leased jobs in line again, each ready from `startAfterMs` on, at the place that it had. */
  putBack(
    transaction: Queryable,
    jobs: readonly { readonly id: string; readonly startAfterMs: number }[],
  ): Promise<void>;
  /**
   * Takes out jobs that still wait. A transaction calls it before it touches our own rows of them: a lease locks the two in that
   * order.
   *
   * @returns the ids of those that were taken out; the others are leased, or not there
   */
  cancel(transaction: Queryable, jobIds: readonly string[]): Promise<readonly string[]>;
  /** Takes leased jobs out for good. */
  remove(transaction: Queryable, jobIds: readonly string[]): Promise<void>;
  /**
   * Gives the next `count` moments of a cron expression after `fromMs`, in ms since 1970.
   *
   * @throws `ERR_WAYBILL_INVALID_JOB` for an expression or a zone that is none
   */
  occurrences(
    cron: string,
    timezone: string,
    options: { readonly fromMs: number; readonly count: number },
  ): readonly number[];
}
