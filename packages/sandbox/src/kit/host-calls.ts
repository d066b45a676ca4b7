import type { Parcel } from '@waybill/protocol';
import type { KitJob } from './kit-job.ts';
import type { GuestFunction, KitTools } from './kit-tools.ts';
import type { KitErrorCode } from './kit-types.ts';

/** Where guest code called; formatted only when it is needed. */
export interface CallSite {
  readonly stack?: unknown;
}

/** A host call that waits for its reply. */
export interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly site: CallSite;
}

/** What a host call is for: the host function's index and name, and the function of ours that the guest called. */
export interface CallTarget {
  readonly index: number;
  readonly name: string;
  readonly called: GuestFunction;
}

/**
 * Makes host calls for jobs and hands the replies to their promises.
 *
 * Self-contained: its text is evaluated inside guest realms.
 */
export class HostCalls {
  readonly #tools: KitTools;
  // In the arguments of one call: the host makes a function for each.
  readonly #mostCallbacks = 1_024;

  constructor(tools: KitTools) {
    this.#tools = tools;
  }

  /** Makes one host call for a job. */
  call(job: KitJob, target: CallTarget, args: unknown[]): Promise<unknown> {
    const { p, errors, send } = this.#tools;
    const site = errors.callSite(target.called);
    return p.makePromise((resolve, reject) => {
      let id = 0;
      try {
        this.#assertAllowed(job, target.name, site);
        const parcel = this.#write(job, args, site);
        // A getter in the arguments may have made calls of its own meanwhile.
        this.#assertAllowed(job, target.name, site);
        id = ++job.callCount;
        p.mapSet(job.calls, id, { resolve, reject, site });
        send('call', job.key, id, target.index, parcel.text, parcel.bytes);
      } catch (error) {
        p.mapDelete(job.calls, id);
        reject(this.#argumentFault(target.name, error, site));
      }
    });
  }

  /** Gives a call its result. */
  resolve(job: KitJob, id: number, value: Parcel): void {
    const pending = this.#take(job, id);
    if (pending === undefined) return;
    const { reader, hooks } = this.#tools;
    try {
      pending.resolve(reader.read(value, hooks));
    } catch (error) {
      pending.reject(error);
    }
  }

  /** Fails a call, with name, message and code (or null) as JSON. */
  reject(job: KitJob, id: number, told: string): void {
    const pending = this.#take(job, id);
    if (pending === undefined) return;
    const { p, errors } = this.#tools;
    const words = p.parse(told) as { name: string; message: string; code: string | null };
    const { name, message, code } = words;
    const frames = errors.framesOf(pending.site);
    const failure = { name, message, code: code ?? undefined, frames };
    pending.reject(errors.hostFailure(failure, { jobKey: job.key, id }));
  }

  /** Fails every call under way: no reply will come, and other jobs may wait for what they were given. */
  end(job: KitJob): void {
    const { p, errors } = this.#tools;
    p.mapForEach(job.calls, (pending, id) => {
      p.mapDelete(job.calls, id);
      const { reject, site } = pending as PendingCall;
      const words = 'the job that made this host call has ended';
      reject(errors.refusal('ERR_WAYBILL_JOB_ENDED', words, errors.framesOf(site)));
    });
  }

  #take(job: KitJob, id: number): PendingCall | undefined {
    const pending = this.#tools.p.mapGet(job.calls, id);
    this.#tools.p.mapDelete(job.calls, id);
    return pending;
  }

  #write(job: KitJob, args: unknown[], site: CallSite): Parcel {
    const { p, writer, hooks } = this.#tools;
    const { maxChars, maxDepth } = job.settings;
    let count = 0;
    const keepFunction = (fn: GuestFunction): number => {
      if (++count > this.#mostCallbacks) {
        const words = `one host call may take ${this.#mostCallbacks} callbacks`;
        throw this.#refusal('ERR_WAYBILL_HOST_CALL_LIMIT', words, site);
      }
      const id = ++job.callbackCount;
      p.mapSet(job.callbacks, id, fn);
      return id;
    };
    const forCall = { ...hooks, keepFunction, __proto__: null } as typeof hooks;
    return writer.write(args, { maxChars: maxChars.hostCall, maxDepth }, forCall);
  }

  #assertAllowed(job: KitJob, name: string, site: CallSite): void {
    const { hostCalls, concurrentHostCalls } = job.settings;
    if (job.ended) {
      const words = `host.${name}: the job that owned this function has ended`;
      throw this.#refusal('ERR_WAYBILL_JOB_ENDED', words, site);
    }
    if (job.callCount >= hostCalls) {
      const words = `a job may make ${hostCalls} host calls`;
      throw this.#refusal('ERR_WAYBILL_HOST_CALL_LIMIT', words, site);
    }
    if (this.#tools.p.mapSize(job.calls) >= concurrentHostCalls) {
      const words = `${concurrentHostCalls} host calls may be under way at once`;
      throw this.#refusal('ERR_WAYBILL_HOST_CALL_LIMIT', words, site);
    }
  }

  #argumentFault(name: string, error: unknown, site: CallSite): unknown {
    const fault = this.#tools.errors.faultOf(error);
    if (fault === undefined) return error;
    const words = `arguments of host.${name}: ${fault.path}: ${fault.found}`;
    return fault.reason === 'too-large'
      ? this.#refusal('ERR_WAYBILL_HOST_CALL_TOO_LARGE', words, site)
      : this.#refusal('ERR_WAYBILL_GUEST_ARGUMENT_NOT_CARRIABLE', words, site);
  }

  #refusal(code: KitErrorCode, message: string, site: CallSite): Error {
    const { errors } = this.#tools;
    return errors.refusal(code, message, errors.framesOf(site));
  }
}
