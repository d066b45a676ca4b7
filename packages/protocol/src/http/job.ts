import type { DurableJobState, RetryPolicy } from '../durable/index.ts';
import type { ErrorCode } from '../error-codes.ts';
import type { DurableOutcomeResource } from './outcome.ts';
import type { RunRequest } from './run.ts';

/** A durable job that is to be accepted; its idempotency key is the header `Idempotency-Key`. */
export interface JobRequest extends RunRequest {
  /** Not before this moment (RFC 3339). @defaultValue at once */
  readonly startAfter?: string | undefined;
  /** Replaces the default policy field by field. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Deployed function that gets the job's record once it has failed for good. @defaultValue none */
  readonly deadLetter?: string | undefined;
  /** How long the settled job is kept, from 60 to 31_536_000. @defaultValue 604_800 */
  readonly keepSeconds?: number | undefined;
}

/** A durable job of the deployed function that the address names. */
export type FunctionJobRequest = Omit<JobRequest, 'source' | 'sourceType' | 'modules' | 'function'>;

/** A durable job. Moments are RFC 3339. */
export interface JobResource {
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
  readonly submittedAt: string;
  /** The earliest moment of its next attempt, or of the one that it had. */
  readonly startAfter: string;
  /** When its last attempt began. */
  readonly startedAt?: string;
  readonly settledAt?: string;
  /** When it will be forgotten; present once it is settled. */
  readonly forgottenAt?: string;
  /** Whether its end was asked for while it was running. */
  readonly isCancelAsked: boolean;
  readonly idempotencyKey?: string;
  /** `traceparent` of the request that submitted it. */
  readonly submittedTrace?: string;
  /** Present once it is settled. */
  readonly outcome?: DurableOutcomeResource;
}

/** A durable job, as lists show it. */
export interface JobSummary extends Omit<JobResource, 'outcome'> {
  /** Of the error it settled with. */
  readonly errorCode?: ErrorCode;
}
