import { setTimeout as delay } from 'node:timers/promises';
import { makeError } from '@waybill/protocol';
import type { KitSettings } from '../kit/kit-types.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { TransformedModule } from '../program/transform-module.ts';
import { type TurnEnd, classifyRejection } from './classify-rejection.ts';
import type { CodeCache } from './code-cache.ts';
import { GuestRealm } from './guest-realm.ts';
import { type Context, type ExternalCopy, type Isolate, type Reference, type Script, ivm } from './ivm.ts';
import type { TurnGate } from './turn-gate.ts';
import { TurnQueue } from './turn-queue.ts';

/** What an isolate is made with. */
export interface GuestIsolateOptions {
  /** Owner of everything that runs in it; absent for an isolate made ahead, which is given an owner by `adopt`. */
  readonly tenant?: string;
  /** Heap limit in bytes, at least 8 MiB. */
  readonly memoryBytes: number;
  readonly kit: KitSettings;
  readonly gate: TurnGate;
  readonly codeCache: CodeCache;
  /** The heap is unusable or guest code cannot be stopped; called once. */
  readonly onWedged: (isolate: GuestIsolate, reason: string) => void;
}

/**
 * `open`: runs turns. `lost`: gone by itself (memory limit). `disposed`: freed by us. `wedged`: told to stop and did
 * not; its thread and memory come back only with the process.
 */
export type IsolateState = 'open' | 'lost' | 'disposed' | 'wedged';

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
  readonly #scripts: Map<string, Promise<Script>> = new Map();
  readonly #realms: Set<GuestRealm> = new Set();
  #state: IsolateState = 'open';
  #tenant: string | undefined;
  #cpuReadMs = 0;

  constructor(options: GuestIsolateOptions) {
    this.#options = options;
    this.#tenant = options.tenant;
    this.memoryBytes = options.memoryBytes;
    this.#turns = new TurnQueue(options.gate);
    this.#isolate = new ivm.Isolate({
      memoryLimit: Math.ceil(options.memoryBytes / 2 ** 20),
      // Without a handler an exhausted heap aborts the process at once.
      onCatastrophicError: (message) => this.#wedge(message),
    });
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
    const realm = await this.#insistently(() => GuestRealm.open(this, this.#isolate, this.#options.kit));
    this.#realms.add(realm);
    return realm;
  }

  /** Called by a realm that is closed. */
  forget(realm: GuestRealm): void {
    this.#realms.delete(realm);
  }

  /**
   * Makes one entry into guest code, at most `timeoutMs` long.
   *
   * @returns how it ended and how long it computed; never rejects
   */
  turn(
    enter: Reference<unknown>,
    args: readonly unknown[],
    limitMs: number,
  ): Promise<{ end: TurnEnd; cpuMs: number }> {
    return new Promise((resolve) => {
      this.#turns.submit(async () => {
        // The addon takes whole milliseconds, and 0 as "no limit".
        const timeoutMs = Math.max(1, Math.ceil(limitMs));
        const startedMs = performance.now();
        // What ran since the last turn was our own work: making realms, compiling.
        if (this.#turns.inFlightCount === 1) this.#readCpu();
        let end: TurnEnd = 'done';
        try {
          await this.track(enter.apply(undefined, args as never[], { timeout: timeoutMs }));
        } catch (error) {
          const tookMs = performance.now() - startedMs;
          end = classifyRejection(error, {
            isDisposed: this.#isolate.isDisposed,
            tookMs,
            timeoutMs,
          });
        }
        resolve({ end, cpuMs: this.#readCpu() });
        if (end === 'out-of-memory' || end === 'lost') this.#lose();
      });
    });
  }

  /** The module functions of a program in a realm, as references that the caller releases. */
  async instantiate(program: PreparedProgram, context: Context): Promise<Reference<unknown>[]> {
    return Promise.all(
      program.modules.map(async (module) => {
        const script = await this.#insistently(() => this.#script(program.hash, module));
        return this.#insistently(async () => {
          return (await script.run(context, { reference: true })) as Reference<unknown>;
        });
      }),
    );
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
  async dispose(graceMs = 1_000): Promise<void> {
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

  #script(hash: string, module: TransformedModule): Promise<Script> {
    const { codeCache } = this.#options;
    const key = `${this.tenant}\n${hash}\n${module.shape.specifier}`;
    const known = this.#scripts.get(key);
    if (known !== undefined) return known;
    const cached = codeCache.accepts(module.text) ? codeCache.get(key) : undefined;
    const produce = cached === undefined && codeCache.accepts(module.text);
    const compiled = this.track(
      this.#isolate.compileScript(module.text, {
        filename: `waybill:${module.shape.specifier}`,
        columnOffset: -module.prefixLength,
        ...(cached === undefined ? {} : { cachedData: cached }),
        ...(produce ? { produceCachedData: true } : {}),
      }),
    ).then((script) => {
      // The addon puts the cache on the script, which its types do not say.
      const { cachedData } = script as Script & { cachedData?: ExternalCopy<ArrayBuffer> };
      if (produce && cachedData !== undefined) codeCache.set(key, cachedData);
      return script;
    });
    this.#scripts.set(key, compiled);
    compiled.catch(() => this.#scripts.delete(key));
    return compiled;
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
