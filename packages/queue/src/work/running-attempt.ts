import { type HistoryFacts, makeError, readParcel } from '@waybill/protocol';
import type { LeasedAttempt } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { parcelFromText } from '../tables/parcel-text.ts';
import { specFromText } from '../tables/stored-spec.ts';
import { AttemptNotes, type NoteKind } from './attempt-notes.ts';
import type { StartedJob } from './lease-jobs.ts';
import { type LeasedJob, restoreContext, withTrace } from './leased-job.ts';
import type { AttemptKey } from './lock-running.ts';

/** An attempt that this executor runs. */
export class RunningAttempt implements AttemptKey {
  readonly job: LeasedJob;
  readonly jobId: string;
  readonly attempt: number;
  readonly notes: AttemptNotes;
  readonly #trace: string;
  readonly #abort = new AbortController();

  constructor({ job, trace }: StartedJob, executor: string) {
    this.job = job;
    this.jobId = job.id;
    this.attempt = job.attemptCount;
    this.notes = new AttemptNotes(this.jobId, this.attempt);
    this.#trace = trace;
    // Not in the transaction of the lease: it would stand in the way of the start, and is often written together with the end.
    this.notes.add('started', { executor, trace }, job.startedAtMs ?? undefined);
  }

  /** Tells it that the end of its job was asked for. */
  cancel(reason: string): void {
    if (this.#abort.signal.aborted) return;
    const words = `job ${this.jobId} was cancelled: ${reason}`;
    this.#abort.abort(makeError('ERR_WAYBILL_CANCELLED', words));
  }

  /** Tells it that what it notes or ends with is not kept. */
  loseLease(): void {
    this.notes.close();
    const { jobId, attempt } = this;
    const words = `attempt ${attempt} of job ${jobId} is not this executor's any more`;
    const error = makeError('ERR_WAYBILL_LEASE_LOST', words, { details: { jobId, attempt } });
    this.#abort.abort(error);
  }

  /**
   * Opens what was stored with the job.
   *
   * @param onNote - called after a note was added
   * @throws `ERR_WAYBILL_CONTEXT_UNTRUSTED`, and what a context, a spec or an input throws that cannot be read
   */
  open(office: Pick<QueueOffice, 'seal' | 'now'>, onNote: () => void): LeasedAttempt {
    const { job, jobId, attempt, notes } = this;
    const { tenant, version, submittedTrace, startAfterMs, startedAtMs } = job;
    const context = withTrace(restoreContext(office, job), this.#trace);
    const input = readParcel(parcelFromText(job.input));
    return {
      jobId,
      tenant,
      attempt,
      spec: { ...specFromText(job.spec).job, tenant, input },
      version: version ?? undefined,
      waitedMs: Math.max(0, (startedAtMs ?? startAfterMs) - startAfterMs),
      context,
      submittedTrace: submittedTrace ?? undefined,
      trace: this.#trace,
      signal: this.#abort.signal,
      note<Kind extends Exclude<NoteKind, 'started'>>(
        kind: Kind,
        facts: Omit<HistoryFacts[Kind], 'attempt'>,
        atMs: number = office.now(),
      ): void {
        if (notes.add(kind, facts, atMs)) onNote();
      },
    };
  }
}
