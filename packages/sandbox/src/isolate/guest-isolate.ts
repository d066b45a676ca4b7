import { setTimeout as delay } from 'node:timers/promises';
import { makeError } from '@waybill/protocol';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { TransformedModule } from '../program/transform-module.ts';
import { type TurnEnd, classifyRejection } from './classify-rejection.ts';
import { GuestRealm, type TurnBudget } from './guest-realm.ts';
import { type Context, type Isolate, type Reference, ivm } from './ivm.ts';
import type { GuestIsolateOptions, IsolateState } from './isolate-options.ts';
import { ScriptShelf, type ScriptSource } from './script-shelf.ts';
import { disposeGraceMs, flushMs, ownWorkMs } from './time-limits.ts';
import { TurnQueue } from './turn-queue.ts';

function scriptOf({ text, shape, prefixLength }: TransformedModule): ScriptSource {
  return { text, filename: `waybill:${shape.specifier}`, prefixLength };
}

/** An entry about no job. */
const nothing = ['end', -1, 0, 0, '', ''] as const;

let lastIsolateNumber = 0;

/** One V8 heap and the turns that run in it. */
export class GuestIsolate {
  readonly number: number = ++lastIsolateNumber;
  readonly memoryBytes: number;
  readonly bornMs: number = performance.now();
  readonly #isolate: Isolate;
  readonly #options: GuestIsolateOptions;
  readonly #turns: TurnQueue;
  readonly #outstanding: Set<Promise<unknown>> = new Set();
  readonly #scripts: ScriptShelf;
  readonly #realms: Set<GuestRealm> = new Set();
  #state: IsolateState = 'open';
  #tenant: string | undefined;
  #cpuReadMs = 0;

  constructor(options: GuestIsolateOptions) {
    this.#options = options;
    this.#tenant = options.tenant;
    this.memoryBytes = options.memoryBytes;
    this.#turns = new TurnQueue(options.gate, () => this.tenant);
    this.#isolate = new ivm.Isolate({
      memoryLimit: Math.ceil(options.memoryBytes / 2 ** 20),
      // Without a handler an exhausted heap aborts the process at once.
      onCatastrophicError: (message) => this.#wedge(message),
    });
    this.#scripts = new ScriptShelf(this.#isolate, options.codeCache);
  }

  get state(): IsolateState {
    return this.#state;
  }

  /** Owner of everything that ran in it; empty as long as nothing did. */
  get tenant(): string {
    return this.#tenant ?? '';
  }

  /** Gives an isolate that was made ahead its owner, once and for all: isolates are never shared between tenants. */
  adopt(tenant: string): void {
    if (this.#tenant !== undefined && this.#tenant !== tenant) {
      throw makeError('ERR_WAYBILL_INTERNAL', 'an isolate was given to a second tenant');
    }
    this.#tenant = tenant;
  }

  /** Turns in flight; 0 where a turn may be told to be over. */
  get turnCount(): number {
    return this.#turns.inFlightCount;
  }

  /** Makes a realm whose kit is in place: ready for a program. Rejects where the isolate is gone. */
  async openRealm(): Promise<GuestRealm> {
    const realm = await this.#insistently(() =>
      GuestRealm.open(this, { isolate: this.#isolate, settings: this.#options.kit }),
    );
    this.#realms.add(realm);
    return realm;
  }

  /** Called by a realm that is closed. */
  forget(realm: GuestRealm): void {
    this.#realms.delete(realm);
  }

  /**
   * Makes one entry into guest code, as soon as the isolate may run.
   *
   * @param budget - how long it may take, asked when it starts
   * @returns how it ended and how long it computed; never rejects
   */
  turn(
    enter: Reference<unknown>,
    args: readonly unknown[],
    budget: TurnBudget,
  ): Promise<{ end: TurnEnd; cpuMs: number }> {
    const { promise, resolve } = Promise.withResolvers<{ end: TurnEnd; cpuMs: number }>();
    this.#turns.submit(async () => {
      const limitMs = budget();
      // Whoever asked for it is gone; where the isolate is, it is told so.
      if (limitMs <= 0 && this.#state === 'open') return resolve({ end: 'done', cpuMs: 0 });
      // What ran since the last turn was our own work: making realms.
      if (this.#turns.inFlightCount === 1) this.#readCpu();
      const end = await this.#enter(enter, args, limitMs);
      // What was cut off may have left microtasks, which would run in whatever comes next.
      if (end === 'timed-out') await this.#enter(enter, nothing, flushMs);
      resolve({ end, cpuMs: this.#readCpu() });
      if (end === 'out-of-memory' || end === 'lost') this.#lose();
    });
    return promise;
  }

  /**
   * The module functions of a program in a realm, as references that the caller releases.
   *
   * @throws Error where the engine refuses a module, in the engine's words
   */
  async instantiate(
    program: PreparedProgram,
    context: Context,
  ): Promise<{ functions: Reference<unknown>[]; cpuMs: number }> {
    if (this.#turns.inFlightCount === 0) this.#readCpu();
    const owner = `${this.tenant}\n${program.hash}`;
    const made = await Promise.allSettled(
      program.modules.map(async (module) => {
        const script = await this.#insistently(() =>
          this.#scripts.compile(owner, scriptOf(module)),
        );
        return this.#insistently(
          async () =>
            (await script.run(context, {
              reference: true,
              timeout: ownWorkMs,
            })) as Reference<unknown>,
        );
      }),
    );
    const functions = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    for (const each of made) {
      if (each.status === 'fulfilled') continue;
      for (const reference of functions) reference.release();
      throw each.reason;
    }
    return { functions, cpuMs: this.#readCpu() };
  }

  /** Heap and external memory in use, in bytes. Waits for turns in flight. Rejects where the isolate is gone. */
  async usedBytes(): Promise<number> {
    const heap = await this.track(this.#isolate.getHeapStatistics());
    return heap.used_heap_size + heap.externally_allocated_size;
  }

  /**
   * Frees the isolate. What still runs in it is cut off.
   *
   * @param graceMs - how long cut-off turns may take to end before the isolate counts as wedged
   */
  async dispose(graceMs: number = disposeGraceMs): Promise<void> {
    if (this.#state === 'disposed' || this.#state === 'wedged') return;
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    this.#state = 'disposed';
    this.#turns.close();
    for (const realm of this.#realms) realm.lost();
    this.#realms.clear();
    this.#scripts.clear();
    if (this.#outstanding.size === 0) return;
    const timer = new AbortController();
    const ended = Promise.allSettled(this.#outstanding).then(() => 'ended');
    const graceOver = delay(graceMs, 'grace over', { signal: timer.signal, ref: false }).catch(
      () => 'ended',
    );
    if ((await Promise.race([ended, graceOver])) === 'grace over') {
      this.#wedge('guest code did not end when its isolate was disposed');
    }
    timer.abort();
  }

  /** Registers a promise of the addon, so that `dispose` can wait for it. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#outstanding.add(promise);
    const forget = (): void => void this.#outstanding.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  async #enter(
    enter: Reference<unknown>,
    args: readonly unknown[],
    limitMs: number,
  ): Promise<TurnEnd> {
    // The addon takes whole milliseconds, and 0 as "no limit".
    const timeoutMs = Math.max(1, Math.ceil(limitMs));
    const startedMs = performance.now();
    try {
      await this.track(enter.apply(undefined, args as never[], { timeout: timeoutMs }));
      return 'done';
    } catch (error) {
      const tookMs = performance.now() - startedMs;
      const { isDisposed } = this.#isolate;
      return classifyRejection(error, { isDisposed, tookMs, timeoutMs });
    }
  }

  // Work of ours that guest code has no part in can still be handed an unhandled rejection that some guest left
  // behind. The addon reports such errors once, so the second answer is about the work itself.
  async #insistently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.track(work());
    } catch (error) {
      if (this.#isolate.isDisposed) throw error;
      return this.track(work());
    }
  }

  // The addon's clock counts time that the isolate was running; turns end in order, so what was added since the
  // last end belongs to the turn that ended now.
  #readCpu(): number {
    if (this.#isolate.isDisposed) return 0;
    const nowMs = Number(this.#isolate.cpuTime) / 1e6;
    const addedMs = nowMs - this.#cpuReadMs;
    this.#cpuReadMs = nowMs;
    return addedMs;
  }

  #lose(): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.#turns.close();
    // The job whose turn it was hears of it first, as the end of that turn, and is told so as the culprit.
    setImmediate(() => {
      for (const realm of this.#realms) realm.lost();
    });
  }

  #wedge(reason: string): void {
    if (this.#state === 'wedged') return;
    this.#state = 'wedged';
    this.#turns.close();
    for (const realm of this.#realms) realm.lost();
    this.#options.onWedged(this, reason);
  }
}
