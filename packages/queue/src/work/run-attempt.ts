import { ContextSnapshot } from '@waybill/context';
import { type DurableOutcome, makeError, toWaybillError } from '@waybill/protocol';
import { UnknownKeyError } from '../accept/seal.ts';
import type { LeasedAttempt, RunAttempt } from '../job-queue.ts';

/** How an attempt ended. */
export interface EndedRun {
  readonly outcome: DurableOutcome;
  /** It cannot be run at all, now or later. */
  readonly isFinal: boolean;
  /** It cannot be run here and now, and is to be tried again after so long. @defaultValue as the outcome says */
  readonly handBackMs?: number;
}

// Until the key has come to this process, or another one takes the job.
const unknownKeyMs = 10_000;

/** Runs an attempt; what cannot be opened is not run. Never rejects. */
export async function runAttempt(open: () => LeasedAttempt, run: RunAttempt): Promise<EndedRun> {
  let leased: LeasedAttempt;
  try {
    leased = open();
  } catch (thrown) {
    const outcome = { ok: false, error: toWaybillError(thrown) } as const;
    if (thrown instanceof UnknownKeyError) {
      return { outcome, isFinal: false, handBackMs: unknownKeyMs };
    }
    return { outcome, isFinal: true };
  }
  try {
    // What belongs to a job enters its context by itself, and nothing else may stand in its way.
    return { outcome: await ContextSnapshot.root.run(run, leased), isFinal: false };
  } catch (cause) {
    const words = `expected an outcome of attempt ${leased.attempt} of job ${leased.jobId}, got an error`;
    const error = makeError('ERR_WAYBILL_INTERNAL', words, { cause });
    return { outcome: { ok: false, error }, isFinal: false };
  }
}
