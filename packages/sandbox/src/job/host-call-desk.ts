import {
  type Limits,
  type Parcel,
  type WaybillError,
  makeError,
  mayHoldFunction,
  parcelByteLength,
  errorToWire,
} from '@waybill/protocol';
import type { HostMessage } from '../engine/guest-realm.ts';

/** Calls a guest function that the guest passed as an argument of a host call. Arguments and result as parcels. */
export type CallGuest = (callbackId: number, args: Parcel) => Promise<Parcel>;

/** One host call of a guest. */
export interface HostCall {
  /** Name of the host function. */
  readonly name: string;
  /** The arguments: a parcel of an array. */
  readonly args: Parcel;
  readonly callGuest: CallGuest;
}

/** Runs a host function and gives its result; what it rejects with is told to the guest. */
export type HostCallHandler = (call: HostCall) => Promise<Parcel>;

/** How many failures of host calls are remembered, so that one that ends the job keeps its own stack. */
const rememberedFailures = 64;

/** The host calls of one job: those under way, and the guest callbacks they call. */
export class HostCallDesk {
  readonly #limits: Limits;
  readonly #handle: HostCallHandler;
  readonly #enter: (message: HostMessage) => void;
  readonly #pending: Map<number, string> = new Map();
  readonly #failures: Map<number, unknown> = new Map();
  readonly #callbacks: Map<number, PromiseWithResolvers<Parcel>> = new Map();
  #lastCallbackCall = 0;
  #callCount = 0;
  #waitedMs = 0;
  #waitingSinceMs = 0;
  #open = true;
  #mayBeCalledBack = false;

  constructor(limits: Limits, handle: HostCallHandler, enter: (message: HostMessage) => void) {
    this.#limits = limits;
    this.#handle = handle;
    this.#enter = enter;
  }

  get callCount(): number {
    return this.#callCount;
  }

  /** Names of the host functions that are under way, each once. */
  get pendingNames(): string[] {
    return [...new Set(this.#pending.values())];
  }

  /** Whether nothing of the host's will wake the guest: no call is under way, and no function of the guest was given away. */
  get isIdle(): boolean {
    return this.#pending.size === 0 && !this.#mayBeCalledBack;
  }

  /** Time in ms during which at least one call was under way. */
  get waitMs(): number {
    const running = this.#pending.size > 0 ? performance.now() - this.#waitingSinceMs : 0;
    return this.#waitedMs + running;
  }

  /** What host call `id` failed with, as the host knows it. */
  failureOf(id: number): unknown {
    return this.#failures.get(id);
  }

  /**
   * Runs a host call and tells the guest how it went.
   *
   * The kit counts calls, in the guest's realm; here they are counted again, so that a guest that got around the kit
   * gains nothing.
   *
   * @throws `ERR_WAYBILL_HOST_CALL_LIMIT` where the kit should have refused it; the call is not made
   */
  call(id: number, name: string, args: Parcel): void {
    const { hostCalls, concurrentHostCalls } = this.#limits;
    const isOneTooMany = this.#callCount >= hostCalls || this.#pending.size >= concurrentHostCalls;
    if (isOneTooMany || this.#pending.has(id)) {
      const words = `the guest made a host call past its own count of ${hostCalls}, ${concurrentHostCalls} at once`;
      throw makeError('ERR_WAYBILL_HOST_CALL_LIMIT', words);
    }
    if (this.#pending.size === 0) this.#waitingSinceMs = performance.now();
    this.#pending.set(id, name);
    this.#callCount += 1;
    this.#mayBeCalledBack ||= mayHoldFunction(args);
    void this.#run(id, name, args);
  }

  callbackReturned(id: number, value: Parcel): void {
    this.#callbacks.get(id)?.resolve(value);
    this.#callbacks.delete(id);
  }

  callbackThrew(id: number, error: WaybillError): void {
    this.#callbacks.get(id)?.reject(error);
    this.#callbacks.delete(id);
  }

  /** Ends everything under way: replies that come later are dropped, callbacks are refused. */
  close(): void {
    this.#waitedMs = this.waitMs;
    this.#open = false;
    this.#pending.clear();
    for (const callback of this.#callbacks.values()) callback.reject(ended());
    this.#callbacks.clear();
  }

  async #run(id: number, name: string, args: Parcel): Promise<void> {
    let reply: HostMessage;
    try {
      this.#assertSize('ERR_WAYBILL_HOST_CALL_TOO_LARGE', 'the arguments of a host call', args);
      const value = await this.#handle({ name, args, callGuest: this.#callGuest });
      this.#assertSize('ERR_WAYBILL_HOST_RESULT_TOO_LARGE', 'the result of a host function', value);
      reply = { kind: 'resolve', id, a: value.text, b: value.bytes };
    } catch (error) {
      this.#remember(id, error);
      reply = { kind: 'reject', id, a: forGuest(error) };
    }
    if (!this.#open) return;
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#waitedMs += performance.now() - this.#waitingSinceMs;
    this.#enter(reply);
  }

  readonly #callGuest: CallGuest = (callbackId, args) => {
    if (!this.#open) return Promise.reject(ended());
    const id = ++this.#lastCallbackCall;
    const result = Promise.withResolvers<Parcel>();
    this.#callbacks.set(id, result);
    this.#enter({ kind: 'callback', id, n: callbackId, a: args.text, b: args.bytes });
    return result.promise;
  };

  #assertSize(
    code: 'ERR_WAYBILL_HOST_CALL_TOO_LARGE' | 'ERR_WAYBILL_HOST_RESULT_TOO_LARGE',
    what: string,
    parcel: Parcel,
  ): void {
    const byteLength = parcelByteLength(parcel);
    const { hostCallBytes } = this.#limits;
    if (byteLength > hostCallBytes) {
      throw makeError(code, `${what} takes ${byteLength} bytes, ${hostCallBytes} are allowed`);
    }
  }

  #remember(id: number, error: unknown): void {
    // An undefined failure would look like none.
    this.#failures.set(id, error ?? new Error(`threw ${String(error)}`));
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= rememberedFailures) break;
      this.#failures.delete(oldest);
    }
  }
}

function ended(): WaybillError {
  return makeError('ERR_WAYBILL_JOB_ENDED', 'the job whose guest passed this function has ended');
}

// A guest learns name, message and code. Stacks and causes would show it the host's files. The wire form never fails,
// whatever was thrown, and cuts long words.
function forGuest(error: unknown): string {
  const { name, message, code } = errorToWire(error);
  return JSON.stringify({ name, message: message.slice(0, 4096), code: code ?? null });
}
