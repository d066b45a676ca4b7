import type { ErrorCode } from '../error-codes.ts';
import type { WaybillError } from '../errors.ts';
import type { JobSpec } from '../job.ts';
import type { Bill } from '../outcome.ts';
import type { EscalationStep } from '../escalation.ts';

/**
 * Where a durable job stands. `queued`: it waits for its first attempt, for its time, or for its next attempt. `running`: an
 * executor has an attempt of it. The other three are final.
 */
export type DurableJobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Every {@link DurableJobState}. */
export const durableJobStates: readonly DurableJobState[] = Object.freeze([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
]);

/** Which failures are tried again, how often and when. */
export interface RetryPolicy {
  /** Attempts after the first that failed, from 0 to 100. Attempts that were lost with their executor do not count. @defaultValue 3 */
  readonly limit: number;
  /**
   * `retryable`: only errors whose code says that the same job may succeed. `any`: whatever the guest or a host function
   * throws too; what the caller has to change, never.
   *
   * @defaultValue `'retryable'`
   */
  readonly of: 'retryable' | 'any';
  /** Wait before the second attempt, from 0 to 86_400. @defaultValue 1 */
  readonly delaySeconds: number;
  /** `exponential`: twice as long each time, between half and all of it by chance. @defaultValue `'exponential'` */
  readonly backoff: 'fixed' | 'exponential';
  /** No wait is longer, from 1 to 86_400. @defaultValue 3_600 */
  readonly maxDelaySeconds: number;
}

/** The policy of a job that says nothing. */
export const defaultRetryPolicy: RetryPolicy = Object.freeze({
  limit: 3,
  of: 'retryable',
  delaySeconds: 1,
  backoff: 'exponential',
  maxDelaySeconds: 3_600,
});

/** What a durable job is submitted with: a job, and when and how often it is to be run. */
export interface DurableJobSpec extends Omit<JobSpec, 'id' | 'priority'> {
  /**
   * From -100 to 100: which of the waiting jobs goes first, over all tenants; the highest does. What it gains over other tenants is
   * bounded by the slots of its own.
   *
   * @defaultValue 0
   */
  readonly priority?: number | undefined;
  /** Version of the deployed function. Only with `function`. @defaultValue the one deployed last when the job is submitted */
  readonly version?: number | undefined;
  /** Not before this moment, in ms since 1970. @defaultValue at once */
  readonly startAfterMs?: number | undefined;
  /** Replaces {@link defaultRetryPolicy} field by field. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * 1 to 255 visible ASCII characters. Submitted again by the same tenant with the same job, it gives the first one's; with
   * another, `ERR_WAYBILL_IDEMPOTENCY_CONFLICT`. It is known as long as the job is kept.
   *
   * @defaultValue none: each submission is a job of its own
   */
  readonly idempotencyKey?: string | undefined;
  /** Deployed function of the same tenant that gets the job's record as input once it has failed for good. @defaultValue none */
  readonly deadLetter?: string | undefined;
  /** How long the settled job is kept, from 60 to 31_536_000. @defaultValue 604_800 (a week) */
  readonly keepSeconds?: number | undefined;
}

/** How a durable job settled. */
export type DurableOutcome = (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WaybillError }
) & {
  /** Of the last attempt; absent where none ran to its end. */
  readonly bill?: Bill;
  readonly escalation?: EscalationStep;
};

/** All that is known of a durable job but its program and its history. Times are in ms since 1970. */
export interface DurableJob {
  /** UUID of version 7: sorts by submission. */
  readonly id: string;
  readonly tenant: string;
  readonly state: DurableJobState;
  /** Name of the deployed function, if it runs one. */
  readonly function?: string;
  readonly version?: number;
  /** Schedule that submitted it. */
  readonly schedule?: string;
  readonly priority: number;
  /** Attempts that began, lost ones included. */
  readonly attemptCount: number;
  readonly submittedAtMs: number;
  /** The earliest moment of its next attempt, or of the one that it had. */
  readonly startAfterMs: number;
  /** When its last attempt began. */
  readonly startedAtMs?: number;
  readonly settledAtMs?: number;
  /** When it will be forgotten; present once it is settled. */
  readonly forgottenAtMs?: number;
  /** Whether its end was asked for, by then waiting or running. */
  readonly isCancelAsked: boolean;
  readonly idempotencyKey?: string;
  /** `traceparent` of the request that submitted it. */
  readonly submittedTrace?: string;
  /** Present once it is settled. */
  readonly outcome?: DurableOutcome;
}

/** A durable job as lists give it: its outcome may be large. */
export interface DurableJobSummary extends Omit<DurableJob, 'outcome'> {
  /** Of the error it settled with. */
  readonly errorCode?: ErrorCode;
}

/** Which durable jobs of a tenant are listed, the last submitted first. */
export interface DurableJobFilter {
  /** @defaultValue every tenant: for operators only */
  readonly tenant?: string | undefined;
  readonly states?: readonly DurableJobState[] | undefined;
  readonly function?: string | undefined;
  readonly schedule?: string | undefined;
  readonly submittedFromMs?: number | undefined;
  readonly submittedBeforeMs?: number | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
  /** From 1 to 200. @defaultValue 50 */
  readonly limit?: number | undefined;
}

/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}
