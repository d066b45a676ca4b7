import { type Parcel, type WaybillError, makeError } from '@waybill/protocol';
import type { CallGuest, GuestJob } from '@waybill/sandbox';

/** An attempt while it runs: what others may do to it from outside. */
export class RunningAttempt {
  /** Calls into the guest of the host calls that wait in the submitting thread, by their callbacks' number. */
  #callGuest: CallGuest | undefined;
  #job: GuestJob | undefined;
  readonly #stopped: PromiseWithResolvers<WaybillError> = Promise.withResolvers();

  /** Why the attempt was stopped from outside, once it is. */
  get stopped(): Promise<WaybillError> {
    return this.#stopped.promise;
  }

  begin(job: GuestJob): void {
    this.#job = job;
  }

  /** Lets the submitting thread call callbacks of this attempt's guest. */
  openCallbacks(callGuest: CallGuest): void {
    this.#callGuest = callGuest;
  }

  callGuest(callbackId: number, args: Parcel): Promise<Parcel> {
    if (this.#callGuest !== undefined) return this.#callGuest(callbackId, args);
    throw makeError('ERR_WAYBILL_JOB_ENDED', 'the guest has passed no function to a host function');
  }

  /** Settles the job with an error, now or as soon as it starts. */
  stop(error: WaybillError): void {
    this.#stopped.resolve(error);
    this.#job?.stop(error);
  }
}
