import type { FunctionProgram, WaybillError } from '@waybill/protocol';
import { loadProgram } from '@waybill/sandbox';
import type { IsolateMaker, ReadyIsolate } from './isolate-maker.ts';
import type { IsolateShelf } from './isolate-shelf.ts';
import type { ProgramCache } from './program-cache.ts';
import type { RealmLease } from './realm-lease.ts';
import type { ShelvedIsolate } from './shelved-isolate.ts';

/** What a deployed function needs to become warm. */
export interface WarmRequest {
  readonly key: string;
  readonly tenant: string;
  /** The attempt that wants it. */
  readonly attemptId: number;
  /** Fetches the program where the function is not warm yet. */
  readonly program: () => Promise<FunctionProgram>;
}

/** Between two looks at the heap of a warm function: a look waits for the isolate's turns. */
const usesPerHeapLook = 32;

const shelfKey = (functionKey: string): string => `function\n${functionKey}`;

/**
 * Realms of deployed functions: each function has an isolate and a realm of its own in this thread, its modules
 * evaluated once, and serves many jobs at once.
 */
export class WarmFunctions {
  readonly #maker: IsolateMaker;
  readonly #shelf: IsolateShelf;
  readonly #programs: ProgramCache;
  readonly #wedgings: WeakSet<WaybillError> = new WeakSet();

  constructor(maker: IsolateMaker, shelf: IsolateShelf, programs: ProgramCache) {
    this.#maker = maker;
    this.#shelf = shelf;
    this.#programs = programs;
  }

  /**
   * The function's realm, warmed up by the first job that wants it.
   *
   * @throws what evaluating the function's modules failed with
   */
  async lease(request: WarmRequest): Promise<RealmLease> {
    const shelved = await this.#shelf.take(shelfKey(request.key), () => this.#warmUp(request));
    const { realm } = shelved;
    if (realm === undefined) throw new TypeError('a warm function keeps its realm');
    return {
      realm,
      heapBytes: () => shelved.heapBytes,
      retire: () => this.#shelf.retire(shelved, 'lost'),
      release: (unsure) => this.#release(shelved, unsure),
    };
  }

  /** Whether evaluating the function's modules, which failed with this, wedged its isolate. */
  hasWedged(failure: WaybillError): boolean {
    return this.#wedgings.has(failure);
  }

  #release(shelved: ShelvedIsolate, unsure: boolean): void {
    this.#shelf.giveBack(shelved, unsure);
    if (shelved.useCount % usesPerHeapLook === 1) void this.#shelf.look(shelved);
  }

  /** Takes a function out of service; its running jobs finish. Never rejects. */
  async drop(functionKey: string): Promise<void> {
    await this.#shelf.retireKey(shelfKey(functionKey));
  }

  async #warmUp({ tenant, attemptId, program: fetch }: WarmRequest): Promise<ReadyIsolate> {
    const { program, limits } = await fetch();
    const prepared = this.#programs.prepare(program);
    const ready = await this.#maker.make(tenant, limits.memoryBytes);
    const failure = await loadProgram(ready.realm, prepared, { limits, attemptId });
    if (failure === undefined) return ready;
    await ready.isolate.dispose();
    if (ready.isolate.state === 'wedged') this.#wedgings.add(failure);
    throw failure;
  }
}
