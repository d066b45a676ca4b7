import { types } from 'node:util';
import { inheritsFrom } from './prototype-chain.ts';

/** A realm whose promises may be rejected without anybody handling it. */
export interface RejectionOwner {
  /** Whether a promise is one of the realm's, by what it inherits from. */
  owns(promise: object): boolean;
  /** Takes the rejection on. Called in the async context in which it happened. */
  claim(promise: object, reason: unknown): void;
}

/**
 * Gives the stray rejections of bridged realms to their owners, in place of Node, which would end the process.
 *
 * Node asks once for the whole thread, and a listener's being there changes what it does with everybody's rejections. So
 * there is one listener for all realms, only while there are realms, and it treats rejections of others as Node does
 * where nobody listens.
 */
class StrayRejections {
  readonly #owners = new Set<RejectionOwner>();
  #draining: RejectionOwner | undefined;

  add(owner: RejectionOwner): void {
    if (this.#owners.size === 0) {
      process.on('unhandledRejection', this.#onRejection);
      process.on('rejectionHandled', this.#onHandled);
    }
    this.#owners.add(owner);
  }

  remove(owner: RejectionOwner): void {
    this.#owners.delete(owner);
    if (this.#owners.size > 0) return;
    process.off('unhandledRejection', this.#onRejection);
    process.off('rejectionHandled', this.#onHandled);
  }

  /** From now on until {@link drained} it is this realm's code that runs. */
  draining(owner: RejectionOwner): void {
    this.#draining = owner;
  }

  drained(): void {
    this.#draining = undefined;
  }

  readonly #onRejection = (reason: unknown, promise: Promise<unknown>): void => {
    const owner = this.#ownerOf(promise);
    if (owner !== undefined) owner.claim(promise, reason);
    // What is neither the host's nor anybody's was left by a realm that is gone.
    else if (isHostPromise(promise)) this.#raise(reason);
  };

  // Without a listener Node writes a warning for each, and a guest could write as many as it likes.
  readonly #onHandled = (promise: Promise<unknown>): void => {
    const isOthers = process.listenerCount('rejectionHandled') > 1;
    if (isOthers || this.#ownerOf(promise) !== undefined) return;
    const words = 'Promise rejection was handled asynchronously';
    process.emitWarning(words, 'PromiseRejectionHandledWarning');
  };

  #ownerOf(promise: object): RejectionOwner | undefined {
    if (this.#draining?.owns(promise) === true) return this.#draining;
    if (isHostPromise(promise)) return undefined;
    for (const owner of this.#owners) if (owner.owns(promise)) return owner;
    // A guest may have given the promise another prototype. It is no host promise, and who runs is known.
    return this.#draining;
  }

  #raise(reason: unknown): void {
    const isOthers = process
      .listeners('unhandledRejection')
      .some((each) => each !== this.#onRejection);
    if (isOthers || !raisesRejections()) return;
    const words = 'a promise was rejected and nobody handled it';
    const error = types.isNativeError(reason) ? reason : new Error(words, { cause: reason });
    // Not from here: what a listener throws takes the rejections behind it along.
    process.nextTick(() => {
      throw error;
    });
  }
}

/** The stray rejections of this thread. */
export const strayRejections: StrayRejections = new StrayRejections();

function isHostPromise(promise: object): boolean {
  return inheritsFrom(promise, Promise.prototype);
}

// Every mode but the default leaves the process alive, or has ended it before anybody is asked.
function raisesRejections(): boolean {
  const given = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  const at = given.findLastIndex((option) => option.startsWith('--unhandled-rejections'));
  const mode = given[at]?.split('=', 2)[1] ?? given[at + 1];
  return at < 0 || mode === 'throw';
}
