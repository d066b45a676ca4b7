import type { IsolateSettings } from '@waybill/protocol';
import {
  type CodeCache,
  GuestIsolate,
  type GuestRealm,
  type KitSettings,
  type TurnGate,
} from '@waybill/sandbox';

/** What every isolate of a thread is made with. */
export interface IsolateMakerOptions {
  readonly settings: IsolateSettings;
  readonly memoryBytes: number;
  readonly kit: KitSettings;
  readonly gate: TurnGate;
  readonly codeCache: CodeCache;
  readonly onWedged: (isolate: GuestIsolate, reason: string) => void;
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
  #preparing = false;
  #closed = false;
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
    if (this.#preparing || this.#closed) return;
    if (this.#prepared.length >= this.#options.settings.preparedPerThread) return;
    this.#preparing = true;
    // After the work at hand: whoever takes the last one should not wait for the next.
    setImmediate(() => {
      void this.#prepareOne();
    });
  }

  /** Disposes what was made ahead; nothing more is. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#prepared.splice(0).map(({ isolate }) => isolate.dispose()));
  }

  async #prepareOne(): Promise<void> {
    try {
      const made = this.#closed ? undefined : await this.#create(this.#options.memoryBytes);
      if (made !== undefined && this.#closed) await made.isolate.dispose();
      else if (made !== undefined) this.#prepared.push(made);
    } catch {
      // The next job that needs an isolate makes it itself, and is told what is wrong.
      this.#closed = true;
    } finally {
      this.#preparing = false;
    }
    this.prepareAhead();
  }

  async #create(memoryBytes: number): Promise<ReadyIsolate> {
    const { kit, gate, codeCache, onWedged } = this.#options;
    const isolate = new GuestIsolate({ memoryBytes, kit, gate, codeCache, onWedged });
    this.#createdCount += 1;
    return { isolate, realm: await isolate.openRealm() };
  }
}
