import { threadId } from 'node:worker_threads';
import {
  type Parcel,
  type SubmitterApi,
  type ThreadApi,
  type ThreadStats,
  errorFromWire,
  makeError,
  toWaybillError,
} from '@waybill/protocol';
import type { Peer } from '@waybill/rpc';
import { CodeCache, type GuestIsolate, TurnGate } from '@waybill/sandbox';
import type { WorkerHostFunctions } from './host-module.ts';
import type { AttemptHandle } from './attempt-handle.ts';
import { IsolateMaker } from './isolate-maker.ts';
import { IsolateShelf } from './isolate-shelf.ts';
import { ProgramCache } from './program-cache.ts';
import { TenantRealms } from './tenant-realms.ts';
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
  readonly #codeCache: CodeCache = new CodeCache();
  readonly #maker: IsolateMaker;
  readonly #shelf: IsolateShelf;
  #submitter: Peer<SubmitterApi> | undefined;
  #wedgedCount = 0;

  constructor(options: ThreadOptions, hostFunctions: WorkerHostFunctions) {
    this.hostFunctions = hostFunctions;
    this.#maker = new IsolateMaker({
      settings: options.isolates,
      memoryBytes: options.memoryBytes,
      kit: { hostFunctionNames: [...options.submitterFunctions, ...hostFunctions.keys()] },
      gate: new TurnGate(options.runningIsolates),
      codeCache: this.#codeCache,
      onWedged: (isolate, reason) => this.#wedged(isolate, reason),
    });
    this.#shelf = new IsolateShelf(
      options.isolates,
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

  /** Tells the submitting thread something; resolves when it was heard. */
  async tell<Name extends keyof SubmitterApi>(
    name: Name,
    args: Parameters<SubmitterApi[Name]>,
  ): Promise<void> {
    try {
      await this.submitter.call(name, args);
    } catch (error) {
      // Without its submitter the thread is about to end; there is nobody left to tell.
      if (!this.submitter.broken.aborted) throw error;
    }
  }

  /** What this thread offers to the submitting thread. */
  api(): ThreadApi {
    return {
      cancel: (attemptId, error) =>
        this.attempts.get(attemptId)?.stop(toWaybillError(errorFromWire(error))),
      callGuest: (attemptId, callbackId, args) => this.#callGuest(attemptId, callbackId, args),
      checkProgram: (program) => void this.programs.prepare(program),
      dropFunction: (functionKey) => void this.warmFunctions.drop(functionKey),
      stats: () => this.#stats(),
      close: () => this.#close(),
    };
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

  async #close(): Promise<number> {
    const closing = makeError(
      'ERR_WAYBILL_CLOSED',
      'the pool was closed before the job had settled',
    );
    for (const attempt of this.attempts.values()) attempt.stop(closing);
    await Promise.all([this.#maker.close(), this.#shelf.close()]);
    this.#codeCache[Symbol.dispose]();
    return this.#wedgedCount;
  }
}
