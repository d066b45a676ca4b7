import { threadId } from 'node:worker_threads';
import {
  type Parcel,
  type SubmitterApi,
  type ThreadApi,
  type ThreadStats,
  type WaybillError,
  errorFromWire,
  makeError,
  toWaybillError,
} from '@waybill/protocol';
import type { Peer } from '@waybill/rpc';
import type { Engine, GuestIsolate } from '@waybill/sandbox';
import type { WorkerHostFunctions } from './host-module.ts';
import type { AttemptHandle } from './attempt-handle.ts';
import { EarlyStops } from './early-stops.ts';
import { HeapWatch } from './heap-watch.ts';
import { IsolateMaker } from './isolate-maker.ts';
import { IsolateShelf } from './isolate-shelf.ts';
import { ProgramCache } from './program-cache.ts';
import { TenantRealms } from './tenant-realms.ts';
import type { OpenEngine } from './load-engine.ts';
import type { ThreadOptions } from './thread-options.ts';
import { WarmFunctions } from './warm-functions.ts';

/** Everything one pool thread owns; made once, when the thread starts, in the root context. */
export class PoolThread {
  readonly id: number = threadId;
  readonly hostFunctions: WorkerHostFunctions;
  readonly programs: ProgramCache = new ProgramCache();
  readonly tenantRealms: TenantRealms;
  readonly warmFunctions: WarmFunctions;
  readonly attempts: Map<number, AttemptHandle> = new Map();
  readonly #earlyStops: EarlyStops = new EarlyStops();
  readonly #engine: Engine;
  readonly #heapWatch: HeapWatch | undefined;
  readonly #maker: IsolateMaker;
  readonly #shelf: IsolateShelf;
  #submitter: Peer<SubmitterApi> | undefined;
  #wedgedCount = 0;
  #closedBy: WaybillError | undefined;

  constructor(
    { engine, isolates, memoryBytes, submitterFunctions }: ThreadOptions,
    hostFunctions: WorkerHostFunctions,
    openEngine: OpenEngine,
  ) {
    this.hostFunctions = hostFunctions;
    this.#engine = openEngine({
      kit: { hostFunctionNames: [...submitterFunctions, ...hostFunctions.keys()] },
      onWedged: (isolate, reason) => this.#wedged(isolate, reason),
    });
    if (engine.kind === 'realm') {
      this.#heapWatch = new HeapWatch(isolates.maxHeapRatio * engine.threadHeapBytes);
    }
    this.#maker = new IsolateMaker({ settings: isolates, memoryBytes, engine: this.#engine });
    this.#shelf = new IsolateShelf(
      isolates,
      (tenant, reason) => void this.tell('isolateRecycled', [tenant, reason]),
    );
    this.tenantRealms = new TenantRealms(this.#maker, this.#shelf);
    this.warmFunctions = new WarmFunctions(this.#maker, this.#shelf, this.programs);
  }

  /** The session with the submitting thread. */
  get submitter(): Peer<SubmitterApi> {
    if (this.#submitter === undefined) throw new TypeError('the thread is not connected yet');
    return this.#submitter;
  }

  connect(submitter: Peer<SubmitterApi>): void {
    this.#submitter = submitter;
    this.#maker.prepareAhead();
  }

  /** Takes an attempt in, until its id is deleted from `attempts`. One that was cancelled before it came stops at once. */
  open(attemptId: number, attempt: AttemptHandle): void {
    this.attempts.set(attemptId, attempt);
    const error = this.#closedBy ?? this.#earlyStops.take(attemptId);
    if (error !== undefined) attempt.stop(error);
  }

  /** An attempt is over. */
  forget(attemptId: number): void {
    this.attempts.delete(attemptId);
    if (this.#heapWatch?.look() === true) void this.tell('wornOut', []);
  }

  /** Tells the submitting thread something; resolves when it was heard, or was not. Never rejects. */
  async tell<Name extends keyof SubmitterApi>(
    name: Name,
    args: Parameters<SubmitterApi[Name]>,
  ): Promise<void> {
    try {
      await this.submitter.call(name, args);
    } catch (error) {
      // Without its submitter the thread is about to end; there is nobody left to tell.
      if (!this.submitter.broken.aborted) {
        process.emitWarning(`${name} was not heard: ${String(error)}`, 'WaybillWarning');
      }
    }
  }

  /** What this thread offers to the submitting thread. */
  api(): ThreadApi {
    return {
      cancel: (attemptId, error) => this.#stop(attemptId, toWaybillError(errorFromWire(error))),
      callGuest: (attemptId, callbackId, args) => this.#callGuest(attemptId, callbackId, args),
      checkProgram: (program) => void this.programs.prepare(program),
      dropFunction: (functionKey) => void this.warmFunctions.drop(functionKey),
      stats: () => this.#stats(),
      close: () => {
        const words = 'the pool was closed before the job had settled';
        return this.close(makeError('ERR_WAYBILL_CLOSED', words));
      },
    };
  }

  /**
   * Stops what still runs and disposes every isolate.
   *
   * @param reason - what the attempts settle with
   * @returns how many isolates did not stop
   */
  async close(reason: WaybillError): Promise<number> {
    this.#closedBy ??= reason;
    for (const attempt of this.attempts.values()) attempt.stop(reason);
    await this.#maker.close(reason);
    await this.#shelf.close();
    await this.#engine[Symbol.asyncDispose]();
    return this.#wedgedCount;
  }

  #stop(attemptId: number, error: WaybillError): void {
    const attempt = this.attempts.get(attemptId);
    if (attempt === undefined) this.#earlyStops.keep(attemptId, error);
    else attempt.stop(error);
  }

  #callGuest(attemptId: number, callbackId: number, args: Parcel): Promise<Parcel> {
    const attempt = this.attempts.get(attemptId);
    if (attempt !== undefined) return attempt.callGuest(callbackId, args);
    throw makeError('ERR_WAYBILL_JOB_ENDED', 'the job whose guest passed this function has ended');
  }

  #stats(): ThreadStats {
    return {
      threadId: this.id,
      attemptCount: this.attempts.size,
      isolateCount: this.#shelf.size,
      preparedCount: this.#maker.preparedCount,
      wedgedCount: this.#wedgedCount,
      isolatesCreatedCount: this.#maker.createdCount,
      isolatesRecycledCount: this.#shelf.recycledCount,
      cachedProgramCount: this.programs.size,
    };
  }

  #wedged(isolate: GuestIsolate, reason: string): void {
    this.#wedgedCount += 1;
    void this.tell('isolateWedged', [isolate.tenant, reason]);
  }
}
