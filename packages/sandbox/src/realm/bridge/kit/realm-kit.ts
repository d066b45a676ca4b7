import { type Parcel, ParcelReader, ParcelWriter, type ParcelHooks } from '@waybill/protocol';
import { ErrorDesk } from '../../../kit/error-desk.ts';
import { type KitPrimordials, captureKitPrimordials } from '../../../kit/kit-primordials.ts';
import { subscribe } from '../../../kit/kit-tools.ts';
import { makeParcelHooks } from '../../../kit/parcel-hooks.ts';
import { EnginePromises } from './engine-promises.ts';
import { PromiseReactions } from './promise-reactions.ts';

/** One thing the kit has to tell. Only its own fields may be read, and they hold only numbers and strings. */
export interface RealmMessage {
  /** `text` is that of a parcel when a promise was `fulfilled`, else a described error. */
  readonly kind: 'fulfilled' | 'rejected' | 'stray';
  readonly id: number;
  readonly text: string;
  readonly bytes: string;
}

/** The functions of the host that the kit keeps. None is called while guest code is on the stack. */
export interface RealmHost {
  readonly isProxy: (value: unknown) => boolean;
  /** There is mail. Called from the host's microtask queue. */
  readonly onMail: () => void;
  /** The engine has settled a promise. Called from the host's microtask queue. */
  readonly onEngine: () => void;
}

/** What may come out of a realm. */
export interface RealmSettings {
  readonly maxChars: number;
  readonly maxDepth: number;
}

interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The kit of a bridged realm. The host holds it and calls its methods; guest code never sees it.
 *
 * Self-contained together with the parts named in `realm-kit-source.ts`: their texts are evaluated inside the realm.
 *
 * No method runs guest code. Each leaves a microtask behind, and so whatever a guest has put in the way (a getter, a
 * `then`, a Proxy) runs in the next drain, inside its time limit. What there is to tell waits in a box until the host
 * takes it.
 */
export class RealmKit {
  readonly #p: KitPrimordials = captureKitPrimordials();
  readonly #errors: ErrorDesk = new ErrorDesk(this.#p);
  readonly #reader: ParcelReader = new ParcelReader(this.#p);
  readonly #writer: ParcelWriter = new ParcelWriter(this.#p);
  readonly #reactions: PromiseReactions = new PromiseReactions();
  readonly #rung: Promise<void> = this.#p.makePromise((resolve) => resolve());
  readonly #inner: Map<unknown, Deferred> = this.#p.makeMap() as Map<unknown, Deferred>;
  readonly #box: Map<unknown, RealmMessage> = this.#p.makeMap() as Map<unknown, RealmMessage>;
  readonly #hooks: ParcelHooks;
  readonly #engine: EnginePromises;
  readonly #host: RealmHost;
  readonly #settings: RealmSettings;
  #lastPut = 0;
  #lastTaken = 0;
  #ownsQueue = false;

  constructor(host: RealmHost, settings: RealmSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#hooks = makeParcelHooks(this.#p, host.isProxy, (fault) => this.#errors.faultError(fault));
    this.#engine = new EnginePromises(this.#p, this.#reactions, host.onEngine);
    this.#engine.install();
  }

  /** What every promise of the realm inherits from. */
  readonly promisePrototype: object = Promise.prototype;
  /** What every object of the realm inherits from, if from anything. */
  readonly objectPrototype: object = Object.prototype;

  /** How many promises the engine has still to settle. */
  get engineCount(): number {
    return this.#engine.count;
  }

  /** Whether a microtask of {@link probe} has run. */
  get ownsQueue(): boolean {
    return this.#ownsQueue;
  }

  /** Leaves a microtask behind; the promise is the engine's own, whatever `Promise` means here. */
  probe(): Promise<void> {
    return this.#inNextDrain(() => {
      this.#ownsQueue = true;
    });
  }

  /**
   * Tells under `id` how a promise or thenable settles.
   *
   * @returns whether it is handled from now on, and not only from the next drain
   */
  subscribe(id: number, value: unknown, isPromise: boolean): boolean {
    const ok = (settled: unknown): void => this.#fulfilled(id, settled);
    const fail = (error: unknown): void => this.#rejected(id, error);
    if (isPromise && this.#reactions.react(value as object, ok, fail)) return true;
    void this.#inNextDrain(() => void subscribe(value, ok, fail));
    return false;
  }

  /** Makes the promise that {@link settle} settles. */
  promise(id: number): object {
    let resolve: Deferred['resolve'] | undefined;
    let reject: Deferred['reject'] | undefined;
    const promise = this.#p.makePromise((ok, fail) => {
      resolve = ok;
      reject = fail;
    });
    this.#p.mapSet(this.#inner, id, { promise, resolve, reject });
    return promise;
  }

  /** Settles a promise: with a parcel, or with name, message and code (or null) as JSON. */
  settle(id: number, isOk: boolean, { text, bytes }: Parcel): void {
    const inner = this.#p.mapGet(this.#inner, id);
    this.#p.mapDelete(this.#inner, id);
    if (inner === undefined) return;
    const parcel = { text, bytes };
    void this.#inNextDrain(() => {
      try {
        if (isOk) inner.resolve(this.#reader.read(parcel, this.#hooks));
        else inner.reject(this.#failure(id, text));
      } catch (error) {
        inner.reject(error);
      }
    });
  }

  /** Makes an error of the realm of name, message and code (or null) as JSON. */
  error(text: string): object {
    return this.#failure(0, text);
  }

  /** Tells under `id` what an error says. */
  describe(id: number, error: unknown): void {
    void this.#inNextDrain(() => {
      this.#put({ kind: 'stray', id, text: this.#errors.describe(error), bytes: '' });
    });
  }

  /** Takes the next message out of the box. */
  take(): RealmMessage | undefined {
    if (this.#lastTaken === this.#lastPut) return undefined;
    this.#lastTaken += 1;
    const message = this.#p.mapGet(this.#box, this.#lastTaken);
    this.#p.mapDelete(this.#box, this.#lastTaken);
    return message;
  }

  #fulfilled(id: number, value: unknown): void {
    try {
      const { text, bytes } = this.#writer.write(value, this.#settings, this.#hooks);
      this.#put({ kind: 'fulfilled', id, text, bytes });
    } catch (error) {
      this.#rejected(id, this.#carryError(error));
    }
  }

  #rejected(id: number, error: unknown): void {
    const text = this.#errors.describe(error, 0);
    this.#put({ kind: 'rejected', id, text, bytes: '' });
  }

  #carryError(error: unknown): unknown {
    const fault = this.#errors.faultOf(error);
    // What a getter of the value threw is the guest's own.
    if (fault === undefined) return error;
    const code =
      fault.reason === 'too-large'
        ? 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'
        : 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE';
    return this.#errors.refusal(code, `the value cannot cross: ${fault.path}: ${fault.found}`);
  }

  #failure(id: number, text: string): Error {
    const words = this.#p.parse(text) as { name: string; message: string; code: string | null };
    const { name, message, code } = words;
    const said = { name, message, code: code ?? undefined, frames: '' };
    return this.#errors.hostFailure(said, { jobKey: 0, id });
  }

  #put(message: RealmMessage): void {
    const isFirst = this.#lastTaken === this.#lastPut;
    this.#lastPut += 1;
    this.#p.mapSet(this.#box, this.#lastPut, message);
    // A reaction of the host's on a promise that is settled: it runs from the host's queue, not under this frame.
    if (isFirst) this.#reactions.react(this.#rung, this.#host.onMail, this.#host.onMail);
  }

  // Awaiting a primitive asks nobody anything.
  #inNextDrain(run: () => void): Promise<void> {
    return subscribe(undefined, run, run);
  }
}
