import { ContextError } from './context-error.ts';
import { ContextSnapshot } from './context-snapshot.ts';
import { ContextVariable } from './context-variable.ts';

const current = new ContextVariable<JobContext>({ name: 'waybill.job' });

/** The options of a {@link JobContext}. */
export interface JobContextOptions {
  /** Whose context it is; named in errors. */
  readonly jobId: string;
  /** What the job sees: the captured context in the submitting thread, the carried one elsewhere. */
  readonly snapshot: ContextSnapshot;
  /**
   * When the job must have settled: an instant in `performance.now()` milliseconds of this thread. Kept for host
   * functions to read; no timer is started.
   *
   * @defaultValue undefined: no deadline
   */
  readonly deadlineMs?: number | undefined;
}

/**
 * The async context of one job on one side of a border. Make it when the job starts, bind each host function that the
 * guest may call, and revoke it when the job has settled: what was bound refuses from then on, and the stores of the
 * submitter are no longer retained.
 *
 * @example
 * ```ts
 * using job = new JobContext({ jobId: 'job-1', snapshot: ContextSnapshot.capture() });
 * const callback = new ivm.Callback(job.bind((id: string) => findUser(tenant.get(), id)));
 * ```
 */
export class JobContext implements Disposable {
  /** Whose context it is. */
  readonly jobId: string;
  /** When the job must have settled, in `performance.now()` milliseconds of this thread. */
  readonly deadlineMs: number | undefined;
  // Dropped by revoke, both: a bound function that a guest keeps must not keep the submitter's stores.
  #around: ContextSnapshot | undefined;
  // The same and this job in it, made at the first use: most jobs use nothing here, and two records and a frame cost 0.5 us.
  #inside: ContextSnapshot | undefined;
  // Most jobs never look at their signal.
  #controller: AbortController | undefined;
  #revokeReason: unknown;

  /** @throws {@link ContextError} ERR_WAYBILL_CONTEXT_BAD_POLICY when `deadlineMs` is not a finite number */
  constructor(options: JobContextOptions) {
    const { jobId, snapshot, deadlineMs } = options;
    if (deadlineMs !== undefined && !Number.isFinite(deadlineMs)) {
      throw new ContextError(
        'ERR_WAYBILL_CONTEXT_BAD_POLICY',
        `The deadline of job ${jobId} was refused: expected a finite instant in ms, got ${deadlineMs}.`,
      );
    }
    this.jobId = jobId;
    this.deadlineMs = deadlineMs;
    this.#around = snapshot;
  }

  /**
   * The job whose context this code runs in: how a host function comes to the signal and the deadline of the job that
   * called it. `undefined` outside of every job.
   */
  static current(): JobContext | undefined {
    return current.get();
  }

  /** Whether the job has ended. */
  get revoked(): boolean {
    return this.#around === undefined;
  }

  /**
   * Aborts when the job is revoked, with the reason of `revoke`. Its listeners run in the job's context. Made at the
   * first look; after the revocation it is born aborted.
   */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    const { signal } = this.#controller;
    if (this.revoked && !signal.aborted)
      this.#controller.abort(this.#reasonFor(this.#revokeReason));
    return signal;
  }

  /**
   * Runs `fn` with `args` in the job's context, and gives what it returns or throws.
   *
   * @throws {@link ContextError} ERR_WAYBILL_CONTEXT_REVOKED after the job has ended
   */
  run<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): R {
    return this.#live().run(fn, ...args);
  }

  /**
   * Gives a function that runs `fn` in the job's context, with the `this` and the arguments of each call, whoever calls
   * it. Bind for each job: a function that was bound for one job speaks for that job only.
   *
   * @returns a function that throws {@link ContextError} ERR_WAYBILL_CONTEXT_REVOKED once the job has ended
   */
  bind<This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => R {
    const live = (): ContextSnapshot => this.#live();
    return function bound(this: This, ...args: Args): R {
      return live().run(() => fn.apply(this, args));
    };
  }

  /**
   * Ends the job's rights: aborts the signal in the job's context, then refuses every bound function. What a host function
   * has already begun goes on in its own context. May be called more than once; the first reason counts.
   *
   * @param reason - the reason of the signal. Default: the ERR_WAYBILL_CONTEXT_REVOKED error
   */
  revoke(reason?: unknown): void {
    if (this.revoked) return;
    this.#abort(reason);
    this.#around = undefined;
    this.#inside = undefined;
  }

  // Most jobs end unseen: an error, whose stack costs more than all the rest, is made only for who has looked.
  #abort(reason: unknown): void {
    const controller = this.#controller;
    if (controller === undefined) {
      this.#revokeReason = reason;
      return;
    }
    // Not inside: the frames of an error keep what they ran in.
    const why = this.#reasonFor(reason);
    // abort() runs its listeners at once, in the context of whoever calls it.
    this.run(() => controller.abort(why));
  }

  // Any other value is a reason, null too.
  #reasonFor(given: unknown): unknown {
    return given === undefined ? revokedError(this.jobId) : given;
  }

  /** The same as `revoke()`. */
  [Symbol.dispose](): void {
    this.revoke();
  }

  #live(): ContextSnapshot {
    const around = this.#around;
    if (around === undefined) throw revokedError(this.jobId);
    this.#inside ??= around.run(() => current.run(this, () => ContextSnapshot.capture()));
    return this.#inside;
  }
}

function revokedError(jobId: string): ContextError {
  return new ContextError(
    'ERR_WAYBILL_CONTEXT_REVOKED',
    `Job ${jobId} has ended; what was bound to it can no longer be used.`,
  );
}
