import { types } from 'node:util';
import type { Context } from 'node:vm';
import { type Parcel, type WaybillError, makeError } from '@waybill/protocol';
import { disposedError, goneWith, promiseNeverSettlesError } from './bridge-errors.ts';
import {
  type BridgeSettings,
  type RealmBridgeOptions,
  checkBridgeOptions,
} from './bridge-options.ts';
import { type DrainEnd, DrainScheduler } from './drain-scheduler.ts';
import { HostWaits } from './host-waits.ts';
import { type ImportHook, type LoadModule, makeImportHook } from './import-hook.ts';
import type { RealmKit } from './kit/realm-kit.ts';
import { openRealmKit } from './open-realm-kit.ts';
import { packForGuest, wordsForGuest } from './pack-for-guest.ts';
import { drainContext } from '../drain-script.ts';
import { inheritsFrom, isOfHost } from '../prototype-chain.ts';
import { StrayDesk } from './stray-desk.ts';
import { strayRejections } from '../stray-rejections.ts';

/** A promise of a realm. Nothing that the host could await by mistake: hand it to guest code. */
export type InnerPromise = object;

interface BridgedRealm {
  readonly context: Context;
  readonly kit: RealmKit;
  readonly strays: StrayDesk;
}

/**
 * Opens a bridge for promises between this realm and a `vm.Context`.
 *
 * Open it before any guest code has run in the context, and from the root context: what the drains start sees the
 * async context that this was called in. A realm has one bridge; it is yours to dispose.
 *
 * @param context - made with `microtaskMode: 'afterEvaluate'`
 * @throws `ERR_WAYBILL_INVALID_OPTIONS` for another context and for options out of their range
 * @example
 * ```ts
 * const context = createContext(constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate' });
 * using bridge = openRealmBridge(context);
 * console.log(await bridge.toHost(runInContext('Promise.resolve(42)', context)));
 * ```
 */
export function openRealmBridge(context: Context, options: RealmBridgeOptions = {}): RealmBridge {
  return new RealmBridge(context, checkBridgeOptions(options));
}

/**
 * Lets promises of two realms wait for each other. A realm made with `microtaskMode: 'afterEvaluate'` has a microtask
 * queue of its own, which nothing empties but an evaluation, and a promise of one realm that is awaited in the other
 * needs both queues.
 *
 * No promise, object, function or error of one realm reaches the other's code: values cross as parcels, as they do to
 * isolates, errors as words. Guest code runs only where you evaluate it and in drains, which have a time limit and happen
 * on an empty stack. Evaluate with a `timeout` of your own, and dispose the bridge where that cuts the guest off. All the
 * same `node:vm` is no security boundary: this is for code that you trust.
 */
export class RealmBridge implements Disposable {
  readonly #settings: BridgeSettings;
  readonly #waits: HostWaits = new HostWaits();
  readonly #scheduler: DrainScheduler;
  #realm: BridgedRealm | undefined;
  #goneWith: () => WaybillError = disposedError;
  #hostPromiseCount = 0;
  #holdCount = 0;
  #lastId = 0;

  /** @internal use {@link openRealmBridge} */
  constructor(context: Context, settings: BridgeSettings) {
    this.#settings = settings;
    const schedule = (): void => this.#scheduler.schedule();
    const host = { isProxy: types.isProxy, onMail: () => this.#collect(), onEngine: schedule };
    const { valueBytes: maxChars, depth: maxDepth, onStrayRejection: report } = settings;
    const kit = openRealmKit(context, host, { maxChars, maxDepth });
    this.#realm = { context, kit, strays: new StrayDesk({ kit, schedule, report }) };
    this.#scheduler = new DrainScheduler({
      drain: () => this.#drain(),
      giveUp: () => this.#waits.rejectAll(promiseNeverSettlesError),
      turnEnded: () => strayRejections.drained(),
    });
  }

  /**
   * Gives a promise of the host that settles as a promise, or a thenable, of the realm does. Takes what guest code gave
   * you, as it is: a value that is no promise settles it at once.
   *
   * Rejects with `ERR_WAYBILL_GUEST_THREW`, or with `ERR_WAYBILL_HOST_FUNCTION_THREW` and the host's error as its
   * cause where the guest let the rejection of a {@link toGuest} promise through;
   * `ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE` and `ERR_WAYBILL_GUEST_RESULT_TOO_LARGE` for values that cannot cross;
   * `ERR_WAYBILL_GUEST_CPU_LIMIT` when a drain is cut off; `ERR_WAYBILL_GUEST_NEVER_SETTLES` when nothing is under way
   * that could ever settle it (see {@link hold}); `ERR_WAYBILL_CANCELLED` on disposal.
   *
   * @throws `ERR_WAYBILL_INVALID_OPTIONS` for an object of the host
   */
  toHost(value: unknown): Promise<unknown> {
    if (isOfHost(value)) throw misuse('toHost', 'a value of the realm, got an object of the host');
    if (this.#realm === undefined) return Promise.reject(this.#goneWith());
    const { kit, strays } = this.#realm;
    const id = ++this.#lastId;
    const promise = this.#waits.open(id);
    const isPromise = types.isPromise(value);
    const isHandled = kit.subscribe(id, value, isPromise);
    if (isPromise && !isHandled) strays.expect(value);
    this.#scheduler.schedule();
    return promise;
  }

  /**
   * Gives a promise of the realm that settles as a promise of the host does: fulfilled with a copy of its value, or
   * rejected with an `Error` of the realm that has the name, message and code of the host's.
   *
   * @param promise - a true promise; of anything else make one with `Promise.resolve`
   * @throws `ERR_WAYBILL_INVALID_OPTIONS` for anything else; what {@link toHost} rejects with when the realm is gone
   */
  toGuest(promise: Promise<unknown>): InnerPromise {
    const { kit } = this.#live();
    if (!types.isPromise(promise) || !inheritsFrom(promise, Promise.prototype)) {
      throw misuse('toGuest', 'a promise of the host');
    }
    const id = ++this.#lastId;
    const inner = kit.promise(id);
    this.#hostPromiseCount += 1;
    void this.#follow(id, promise);
    return inner;
  }

  /**
   * Drains the realm at the end of this turn of the event loop, as the bridge by itself does whenever something crosses.
   * Call it when you have run guest code by hand, or called a guest's function.
   *
   * @returns how the drain left the realm. Never rejects
   */
  drain(): Promise<DrainEnd> {
    return this.#scheduler.request();
  }

  /**
   * Says that something which the bridge knows nothing of may yet settle promises of the realm: a timer of yours that
   * will call guest code. As long as it is not disposed, no promise is given up; when it is, the realm is drained.
   */
  hold(): Disposable {
    this.#live();
    this.#holdCount += 1;
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holdCount -= 1;
        this.#scheduler.schedule();
      },
    };
  }

  /**
   * Gives the `importModuleDynamically` for scripts and modules of the realm. Without it Node rejects their `import()`
   * with an error of the host's realm.
   */
  importHook(load: LoadModule): ImportHook {
    return makeImportHook(load, {
      hold: () => this.hold(),
      errorForGuest: (error) => this.#live().kit.error(wordsForGuest(error)),
    });
  }

  /** Lets go of the realm: what is pending rejects with `ERR_WAYBILL_CANCELLED`, nothing is drained any more. */
  dispose(): void {
    this.#leave();
    this.#waits.cancelAll(this.#goneWith);
    this.#scheduler[Symbol.dispose]();
  }

  /** The same as `dispose()`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): BridgedRealm {
    if (this.#realm === undefined) throw this.#goneWith();
    return this.#realm;
  }

  async #follow(id: number, promise: Promise<unknown>): Promise<void> {
    const { valueBytes: maxChars, depth: maxDepth } = this.#settings;
    let reply: { readonly isOk: boolean; readonly parcel: Parcel };
    try {
      const value = await promise;
      const { objectPrototype } = this.#live().kit;
      const parcel = packForGuest(value, { maxChars, maxDepth }, objectPrototype);
      reply = { isOk: true, parcel };
    } catch (error) {
      this.#waits.rememberFailure(id, error);
      reply = { isOk: false, parcel: { text: wordsForGuest(error), bytes: '' } };
    }
    this.#hostPromiseCount -= 1;
    this.#realm?.kit.settle(id, reply.isOk, reply.parcel);
    this.#scheduler.schedule();
  }

  #drain(): Exclude<DrainEnd, 'disposed'> {
    if (this.#realm === undefined) return 'idle';
    const { context, kit, strays } = this.#realm;
    const { drainTimeoutMs } = this.#settings;
    strayRejections.draining(strays);
    try {
      drainContext(context, drainTimeoutMs);
    } catch (error) {
      this.#poison(error);
      return 'timed-out';
    }
    this.#collect();
    if (this.#waits.count === 0) return 'idle';
    const underWay = this.#hostPromiseCount + this.#holdCount + kit.engineCount;
    return underWay > 0 ? 'waiting' : 'stuck';
  }

  // What was in the queue is lost, so nothing in the realm can be relied on any more.
  #poison(error: unknown): void {
    this.#goneWith = goneWith(error, this.#settings.drainTimeoutMs);
    this.#collect();
    this.#leave();
    this.#waits.rejectAll(this.#goneWith);
  }

  #leave(): void {
    this.#realm?.strays[Symbol.dispose]();
    this.#realm = undefined;
  }

  #collect(): void {
    const { kit, strays } = this.#realm ?? {};
    for (let message = kit?.take(); message !== undefined; message = kit?.take()) {
      if (message.kind === 'fulfilled') this.#waits.fulfil(message);
      else if (message.kind === 'rejected') this.#waits.reject(message);
      else strays?.described(message);
    }
  }
}

function misuse(method: string, expected: string): WaybillError {
  return makeError('ERR_WAYBILL_INVALID_OPTIONS', `${method} expected ${expected}`);
}
