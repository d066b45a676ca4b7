import { type ErrorCode, type RetryPolicy, type WaybillError, makeError } from '@waybill/protocol';
import { retryDelayMs } from './retry-delay.ts';

/** Attempts of one job that may be lost with what ran them; the next one that is lost ends the job. */
export const maxLostCount = 5;

/** What is known of a running job when its attempt ends. */
export interface Standing {
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
  /** Attempts that failed before this one. */
  readonly failureCount: number;
  /** Attempts that were lost before this one. */
  readonly lostCount: number;
  /** Why its end was asked for, if it was. */
  readonly cancelReason: string | null;
}

/** Why an attempt ended without an outcome: its executor is gone, or gave it back, perhaps because it could not begin it. */
export type ReturnReason = 'lost' | 'handed back';

/** What becomes of a job whose attempt ended without success. */
export type Ending =
  | { readonly kind: 'retry'; readonly error: WaybillError; readonly delayMs: number }
  | { readonly kind: 'return'; readonly reason: ReturnReason; readonly delayMs?: number }
  | { readonly kind: 'failed' | 'cancelled'; readonly error: WaybillError };

/** How a failure is judged. */
export interface Judgement {
  readonly retry: RetryPolicy;
  /** No other attempt could do better. */
  readonly isFinal: boolean;
  /** It was not begun, and may be after so long. @defaultValue as the error says */
  readonly handBackMs?: number | undefined;
  readonly random: () => number;
}

// What refuses an attempt before it has begun: the pool behind this executor has no room, or closes. Nothing of the job is at fault.
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_WAYBILL_QUEUE_FULL',
  'ERR_WAYBILL_TENANT_QUEUE_FULL',
  'ERR_WAYBILL_QUEUE_DEADLINE',
  'ERR_WAYBILL_CLOSED',
]);
const firstHandBackMs = 500;
const lastHandBackMs = 30_000;

/** Decides about a job whose attempt failed with `error`. What did not begin uses none of its retries. */
export function afterFailure(
  standing: Standing,
  error: WaybillError,
  { retry, isFinal, handBackMs, random }: Judgement,
): Ending {
  if (standing.cancelReason !== null) return cancelled(standing, standing.cancelReason, error);
  const waitMs = handBackMs ?? (refusals.has(error.code) ? refusedMs(standing, random) : undefined);
  if (waitMs !== undefined) return { kind: 'return', reason: 'handed back', delayMs: waitMs };
  if (isFinal || !mayHelp(error, retry) || standing.failureCount >= retry.limit) {
    return { kind: 'failed', error };
  }
  const delayMs = retryDelayMs(retry, standing.failureCount + 1, random);
  return { kind: 'retry', error, delayMs };
}

/** Grows with the attempts that neither failed nor were lost: they did not begin. */
function refusedMs({ attempt, failureCount, lostCount }: Standing, random: () => number): number {
  const before = Math.max(0, attempt - 1 - failureCount - lostCount);
  return Math.min(firstHandBackMs * 2 ** before, lastHandBackMs) * (1 + random() / 2);
}

/** Decides about a job whose attempt came back without an outcome. */
export function afterReturn(standing: Standing, reason: ReturnReason): Ending {
  if (standing.cancelReason !== null) return cancelled(standing, standing.cancelReason);
  if (reason === 'lost' && standing.lostCount >= maxLostCount) {
    return { kind: 'failed', error: attemptsLost(standing.lostCount + 1) };
  }
  return { kind: 'return', reason };
}

/** The error of a job whose attempts were lost too often. */
export function attemptsLost(lostCount: number): WaybillError {
  const words = `${lostCount} attempts were lost with what ran them, at most ${maxLostCount} may be`;
  const details = { lostCount, maxLostCount };
  return makeError('ERR_WAYBILL_ATTEMPTS_LOST', words, { details });
}

function mayHelp(error: WaybillError, { of }: RetryPolicy): boolean {
  return error.retryable || (of === 'any' && error.blame !== 'caller');
}

function cancelled({ jobId }: Standing, reason: string, error?: WaybillError): Ending {
  if (error?.code === 'ERR_WAYBILL_CANCELLED') return { kind: 'cancelled', error };
  // Any other error is how the guest took its end: nobody's failure.
  const words = `job ${jobId} was cancelled: ${reason}`;
  const details = { cause: error };
  return { kind: 'cancelled', error: makeError('ERR_WAYBILL_CANCELLED', words, details) };
}
