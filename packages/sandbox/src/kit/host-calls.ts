import type { Parcel, ParcelHooks, ParcelReader, ParcelWriter } from '@waybill/protocol';
import type { ErrorDesk } from './error-desk.ts';
import type { KitJob } from './kit-job.ts';
import type { KitPrimordials } from './kit-primordials.ts';
import type { KitErrorCode, SendToHost } from './kit-types.ts';

/** A host call that waits for its reply. */
export interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly promise: Promise<unknown>;
  /** Where the guest made the call. */
  readonly site: { readonly stack?: unknown };
}

/** What the parts of the kit share to move values. */
export interface KitParcels {
  readonly writer: ParcelWriter;
  readonly reader: ParcelReader;
  readonly hooks: ParcelHooks;
}

/** A function that guest code calls, and that its stack is shown from. */
export type GuestFunction = (...args: never[]) => unknown;

/**
 * Makes host calls for jobs and hands the replies to their promises.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class HostCalls {
  readonly #p: KitPrimordials;
  readonly #errors: ErrorDesk;
  readonly #parcels: KitParcels;
  readonly #send: SendToHost;
  // Callbacks in the arguments of one call: the host makes a function for each.
  readonly #mostCallbacks = 1_024;

  constructor(p: KitPrimordials, errors: ErrorDesk, parcels: KitParcels, send: SendToHost) {
    this.#p = p;
    this.#errors = errors;
    this.#parcels = parcels;
    this.#send = send;
  }

  /**
   * Makes one host call for a job.
   *
   * @param target - the host function's index and name, and the function of ours that the guest called
   */
  call(
    job: KitJob,
    target: { index: number; name: string; called: GuestFunction },
    args: unknown[],
  ): Promise<unknown> {
    const site = this.#errors.callSite(target.called);
    let id = 0;
    const promise = this.#p.makePromise((resolve, reject) => {
      try {
        this.#assertAllowed(job, target.name, site);
        const parcel = this.#write(job, args);
        // A getter in the arguments may have made calls of its own, or outlived its job's patience.
        this.#assertAllowed(job, target.name, site);
        id = ++job.callCount;
        this.#p.mapSet(job.calls, id, { resolve, reject, promise: undefined, site });
        this.#send('call', job.key, id, target.index, parcel.text, parcel.bytes);
      } catch (error) {
        this.#p.mapDelete(job.calls, id);
        reject(this.#argumentFault(target.name, error, site));
      }
    });
    return promise;
  }

  /** Gives a call its result. */
  resolve(job: KitJob, id: number, value: Parcel): void {
    const pending = this.#take(job, id);
    if (pending === undefined) return;
    try {
      pending.resolve(this.#parcels.reader.read(value, this.#parcels.hooks));
    } catch (error) {
      pending.reject(error);
    }
  }

  /** Fails a call. */
  reject(job: KitJob, id: number, told: string): void {
    const pending = this.#take(job, id);
    if (pending === undefined) return;
    const [name, message, code] = this.#read(told);
    const frames = this.#errors.framesOf(pending.site);
    pending.reject(this.#errors.hostFailure({ name, message, code: code ?? undefined, frames }, id));
  }

  /** Fails every call under way: no reply will come, and others may wait for what they share. */
  end(job: KitJob): void {
    this.#p.mapForEach(job.calls, (value) => {
      const words = 'the job that made this host call has ended';
      (value as PendingCall).reject(this.#errors.refusal('ERR_WAYBILL_JOB_ENDED', words));
    });
  }
}
