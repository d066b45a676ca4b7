import { ContextSnapshot, JobContext } from '@waybill/context';
import { type AttemptMessage, type Parcel, type WaybillError, makeError } from '@waybill/protocol';
import type { CallGuest, GuestJob } from '@waybill/sandbox';
import type { AttemptHandle } from './attempt-handle.ts';
import { CallGate } from './call-gate.ts';
import { HopLog } from './hop-log.ts';

/** One attempt while it runs: the job's context in this thread, and what others may do to it. */
export class RunningAttempt implements AttemptHandle {
  readonly message: AttemptMessage;
  /** `performance.now()` when the thread took it. */
  readonly startedMs: number = performance.now();
  readonly context: JobContext;
  readonly hops: HopLog;
  /** What its calls to the submitting thread pass through. */
  readonly callGate: CallGate = new CallGate();
  readonly #stopped: PromiseWithResolvers<WaybillError> = Promise.withResolvers();
  readonly #told: Set<Promise<void>> = new Set();
  #callsThereCount = 0;
  #toldOfHostCalls: Promise<unknown> | undefined;
  #stoppedBy: WaybillError | undefined;
  #callGuest: CallGuest | undefined;
  #job: GuestJob | undefined;

  /** @throws `ERR_WAYBILL_CONTEXT_BAD_WIRE` where this thread cannot read a carried variable */
  constructor(message: AttemptMessage, threadId: number) {
    const { jobId, deadlineMs } = message;
    const snapshot = ContextSnapshot.fromWire(message.context);
    this.message = message;
    this.context = new JobContext({ jobId, snapshot, deadlineMs });
    this.hops = new HopLog(message, threadId);
    // What runs in the context makes it; most jobs call nothing here, and want no trail.
    if (message.trail) this.context.run(() => this.hops.worker());
  }

  /** Why the attempt was stopped from outside, once it is. */
  get stopped(): Promise<WaybillError> {
    return this.#stopped.promise;
  }

  /** The guest has started: from now on it is its job that is stopped. */
  begin(job: GuestJob): void {
    this.#job = job;
    if (this.#stoppedBy !== undefined) job.stop(this.#stoppedBy);
  }

  /** Lets the submitting thread call functions of this attempt's guest. */
  openCallbacks(callGuest: CallGuest): void {
    this.#callGuest = callGuest;
  }

  callGuest(callbackId: number, args: Parcel): Promise<Parcel> {
    if (this.#callGuest !== undefined) return this.#callGuest(callbackId, args);
    throw makeError('ERR_WAYBILL_JOB_ENDED', 'the guest has passed no function to a host function');
  }

  /**
   * Has `tell` say, before the first host function of this attempt runs in this thread and only then, that one will.
   *
   * @throws what telling failed with: then no host function of the attempt may run here
   */
  hostCalling(tell: () => Promise<unknown>): Promise<unknown> {
    this.#toldOfHostCalls ??= tell();
    return this.#toldOfHostCalls;
  }

  /** Resolves when the host calls in this thread that the guest has made have begun, or are refused. */
  async hostCallsBegun(): Promise<void> {
    // Whoever made the call hears what telling failed with. It began to wait before this does, and so goes on before.
    await this.#toldOfHostCalls?.catch(() => undefined);
  }

  /** Whether host calls of this attempt wait for the submitting thread. */
  get hasCallsThere(): boolean {
    return this.#callsThereCount > 0;
  }

  /** Counts a host call as waiting for the submitting thread until its reply is there. */
  async waitsThere<T>(reply: Promise<T>): Promise<T> {
    this.#callsThereCount += 1;
    try {
      return await reply;
    } finally {
      this.#callsThereCount -= 1;
    }
  }

  /** Keeps a message to the submitting thread that must arrive before the attempt's report does. */
  hasTold(message: Promise<void>): void {
    const forget = (): void => void this.#told.delete(message);
    this.#told.add(message);
    message.then(forget, forget);
  }

  /** Resolves when all that was told has arrived, or cannot arrive any more. */
  async allTold(): Promise<void> {
    await Promise.allSettled(this.#told);
  }

  stop(error: WaybillError): void {
    this.#stoppedBy ??= error;
    this.#stopped.resolve(error);
    this.#job?.stop(error);
  }
}
