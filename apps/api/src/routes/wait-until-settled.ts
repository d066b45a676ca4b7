import type { DurableJob } from '@waybill/protocol';
import type { JobQueue } from '@waybill/queue';
import type { OpenStreams } from './open-streams.ts';

/** Whose job is waited for, and for how long. */
export interface Wait {
  readonly tenant: string;
  readonly jobId: string;
  readonly seconds: number;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
  /** What the wait counts as one of. */
  readonly streams: OpenStreams;
}

/**
 * Waits until a job is settled, the time is over or the service stops.
 *
 * @returns whether it may have changed
 * @throws `ERR_WAYBILL_RATE_LIMITED` where the tenant has as many streams open as it may
 */
export async function waitUntilSettled(
  queue: Pick<JobQueue, 'untilSettled'>,
  job: DurableJob,
  { tenant, jobId, seconds, signal, streams }: Wait,
): Promise<boolean> {
  if (seconds === 0 || job.outcome !== undefined) return false;
  const stream = streams.open(tenant);
  try {
    const over = [signal, stream.signal, AbortSignal.timeout(seconds * 1_000)];
    await queue.untilSettled(tenant, jobId, { signal: AbortSignal.any(over) });
  } finally {
    stream.end();
  }
  return true;
}
