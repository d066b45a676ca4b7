import { type IsolateSettings, type WaybillError, makeError } from '@waybill/protocol';
import type { Engine, GuestIsolate, GuestRealm } from '@waybill/sandbox';

/** What every isolate of a thread is made with. */
export interface IsolateMakerOptions {
  readonly settings: IsolateSettings;
  readonly memoryBytes: number;
  readonly engine: Engine;
}

/** An isolate with a realm ready in it. */
export interface ReadyIsolate {
  readonly isolate: GuestIsolate;
  readonly realm: GuestRealm;
}

/** Makes isolates, some of them ahead of need: what a new tenant waits for is done while the thread has time. */
export class IsolateMaker {
  readonly #options: IsolateMakerOptions;
  readonly #prepared: ReadyIsolate[] = [];
  // All that may have to be disposed at the end, whoever has them: to end a thread with live isolates hangs or crashes.
  readonly #made: Set<GuestIsolate> = new Set();
  #preparing: 'no' | 'one' | 'not now' = 'no';
  readonly #making: Set<Promise<unknown>> = new Set();
  #closedBy: WaybillError | undefined;
  #createdCount = 0;

  constructor(options: IsolateMakerOptions) {
    this.#options = options;
  }

  get preparedCount(): number {
    return this.#prepared.length;
  }

  get createdCount(): number {
    return this.#createdCount;
  }

  /** Gives an isolate that belongs to the tenant from now on; the caller disposes it. */
  async make(tenant: string, memoryBytes: number): Promise<ReadyIsolate> {
    const ready = memoryBytes === this.#options.memoryBytes ? this.#prepared.pop() : undefined;
    this.prepareAhead();
    const made = ready ?? (await this.#create(memoryBytes));
    made.isolate.adopt(tenant);
    return made;
  }

  /** Starts to fill up what was taken; returns at once. */
  prepareAhead(): void {
    if (this.#preparing !== 'no' || this.#closedBy !== undefined) return;
    if (this.#prepared.length >= this.#options.settings.preparedPerThread) return;
    this.#preparing = 'one';
    // After the work at hand: whoever takes the last one should not wait for the next.
    setImmediate(() => {
      void this.#prepareOne();
    });
  }

  /**
   * Disposes every isolate that was made, also those in use; no more are made.
   *
   * @param reason - what is said to whoever asks for one
   */
  async close(reason: WaybillError): Promise<void> {
    this.#closedBy ??= reason;
    this.#prepared.length = 0;
    // What is being made is finished first: to dispose a heap in the making has been seen to abort the process.
    await Promise.allSettled(this.#making);
    await Promise.all([...this.#made].map((isolate) => isolate.dispose()));
  }

  async #prepareOne(): Promise<void> {
    try {
      const made = await this.#create(this.#options.memoryBytes);
      this.#preparing = 'no';
      if (this.#closedBy === undefined) this.#prepared.push(made);
      this.prepareAhead();
    } catch {
      // The next job that needs an isolate makes it itself, and is told what is wrong.
      this.#preparing = 'not now';
    }
  }

  async #create(memoryBytes: number): Promise<ReadyIsolate> {
    if (this.#closedBy !== undefined) throw makeError(this.#closedBy.code, this.#closedBy.message);
    for (const each of this.#made) if (each.state !== 'open') this.#made.delete(each);
    const isolate = this.#options.engine.makeIsolate(memoryBytes);
    this.#made.add(isolate);
    this.#createdCount += 1;
    try {
      const opening = isolate.openRealm();
      this.#making.add(opening);
      const forget = (): void => void this.#making.delete(opening);
      opening.then(forget, forget);
      const realm = await opening;
      // What kept one from being made ahead has passed.
      if (this.#preparing === 'not now') this.#preparing = 'no';
      return { isolate, realm };
    } catch (cause) {
      await isolate.dispose();
      const words = 'an isolate could not be made ready';
      throw makeError('ERR_WAYBILL_WORKER_UNRESPONSIVE', words, { cause });
    }
  }
}
