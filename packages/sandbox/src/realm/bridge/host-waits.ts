import { type WaybillError, readParcel } from '@waybill/protocol';
import { errorFromGuest, readDescribed } from '../../job/guest-failure.ts';
import type { RealmMessage } from './kit/realm-kit.ts';

// Enough for errors that a guest lets through at once. One that it kept for later is told in the guest's words only.
const rememberedFailures = 64;

/** Promises of the host that settle as promises of the realm do. */
export class HostWaits {
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #failures = new Map<number, unknown>();

  /** How many have not settled. */
  get count(): number {
    return this.#pending.size;
  }

  /** Makes the promise that a message with this id settles. */
  open(id: number): Promise<unknown> {
    const deferred = Promise.withResolvers<unknown>();
    this.#pending.set(id, deferred);
    return deferred.promise;
  }

  /** Keeps what a host promise was rejected with: a guest that lets it through gives it back. */
  rememberFailure(id: number, error: unknown): void {
    // An undefined failure would look like none.
    this.#failures.set(id, error ?? new Error(`threw ${String(error)}`));
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= rememberedFailures) break;
      this.#failures.delete(oldest);
    }
  }

  fulfil({ id, text, bytes }: RealmMessage): void {
    const deferred = this.#take(id);
    try {
      deferred?.resolve(readParcel({ text, bytes }));
    } catch (error) {
      deferred?.reject(error);
    }
  }

  reject({ id, text }: RealmMessage): void {
    const described = readDescribed(text);
    const { hostCallId } = described;
    const failure = hostCallId === undefined ? undefined : this.#failures.get(hostCallId);
    this.#take(id)?.reject(errorFromGuest(described, failure));
  }

  /** Rejects all that are left. */
  rejectAll(makeReason: () => WaybillError): void {
    const left = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of left) reject(makeReason());
  }

  /** Rejects all that are left; those that nobody looks at are no unhandled rejections. */
  cancelAll(makeReason: () => WaybillError): void {
    // Whoever looks at one hears of it all the same.
    for (const { promise } of this.#pending.values()) promise.catch(() => undefined);
    this.rejectAll(makeReason);
  }

  #take(id: number): PromiseWithResolvers<unknown> | undefined {
    const deferred = this.#pending.get(id);
    this.#pending.delete(id);
    return deferred;
  }
}
