import type { DurableJob } from '@waybill/protocol';
import type { JobQueue } from '@waybill/queue';

// Behind the last entry of any history: what comes is only its end.
const behindAll = 2 ** 31 - 1;

/** Whose job is waited for, and for how long. */
export interface Wait {
  readonly tenant: string;
  readonly jobId: string;
  readonly seconds: number;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
}

/** Waits until a job is settled, or the time is over. @returns whether it may have changed */
export async function waitUntilSettled(
  queue: Pick<JobQueue, 'history'>,
  job: DurableJob,
  { tenant, jobId, seconds, signal }: Wait,
): Promise<boolean> {
  if (seconds === 0 || job.outcome !== undefined) return false;
  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]);
  for await (const entry of queue.history(tenant, jobId, { after: behindAll, signal: over })) {
    void entry;
  }
  return true;
}
