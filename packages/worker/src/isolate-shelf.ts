import type { IsolateSettings, RecycleReason } from '@waybill/protocol';
import type { GuestIsolate, GuestRealm } from '@waybill/sandbox';
import type { ReadyIsolate } from './isolate-maker.ts';

/** An isolate in service and what it served. */
export interface ShelvedIsolate {
  readonly key: string;
  readonly isolate: GuestIsolate;
  /** The realm it came with; whoever uses it up takes it off. */
  realm: GuestRealm | undefined;
  jobCount: number;
  useCount: number;
  /** Heap in use when it was last looked at, in bytes. */
  heapBytes: number;
  /** Why it takes no new job, once it takes none. */
  retired: RecycleReason | undefined;
}

/** Heap of an isolate in use, in bytes; 0 where it is gone, which its state says to whoever wants it next. */
export function usedBytes(isolate: GuestIsolate): Promise<number> {
  return isolate.usedBytes().catch(() => 0);
}

/** How often isolates are looked through for old ones. */
const sweepMs = 30_000;

/**
 * The isolates of one thread that are in service, by key. An isolate serves until it is too old, has served often
 * enough, keeps too much or is lost; then it takes no new job and is disposed when its last one has ended.
 */
export class IsolateShelf {
  readonly #settings: IsolateSettings;
  readonly #recycled: (tenant: string, reason: RecycleReason) => void;
  // In order of last use; the first is the next to go.
  readonly #shelved: Map<string, Promise<ShelvedIsolate>> = new Map();
  readonly #disposals: Set<Promise<void>> = new Set();
  readonly #sweep: NodeJS.Timeout;
  #recycledCount = 0;

  /** @param recycled - told of each isolate that takes no new job */
  constructor(
    settings: IsolateSettings,
    recycled: (tenant: string, reason: RecycleReason) => void,
  ) {
    this.#settings = settings;
    this.#recycled = recycled;
    this.#sweep = setInterval(() => void this.#dropOld(), Math.min(settings.maxAgeMs, sweepMs));
    this.#sweep.unref();
  }

  get size(): number {
    return this.#shelved.size;
  }

  /** Isolates taken out of service so far. */
  get recycledCount(): number {
    return this.#recycledCount;
  }

  /** Finds the isolate of a key or makes it, and counts one more job in it until `giveBack`. */
  async take(key: string, make: () => Promise<ReadyIsolate>): Promise<ShelvedIsolate> {
    const shelved = await this.#find(key, make);
    shelved.jobCount += 1;
    shelved.useCount += 1;
    return shelved;
  }

  /** @param unsure - the guest was cut off or may still run: the isolate takes no new job */
  giveBack(shelved: ShelvedIsolate, unsure: boolean): void {
    shelved.jobCount -= 1;
    const reason = unsure ? 'lost' : shelved.retired;
    if (reason !== undefined) this.retire(shelved, reason);
  }

  /** Takes an isolate out of service; it is disposed when its last job has ended. */
  retire(shelved: ShelvedIsolate, reason: RecycleReason): void {
    if (shelved.retired === undefined) {
      shelved.retired = reason;
      this.#shelved.delete(shelved.key);
      this.#recycledCount += 1;
      this.#recycled(shelved.isolate.tenant, reason);
    }
    if (shelved.jobCount === 0) this.dispose(shelved.isolate);
  }

  /** Takes the isolate of a key out of service, if there is one. */
  async retireKey(key: string): Promise<void> {
    const shelved = await this.#shelved.get(key);
    if (shelved !== undefined) this.retire(shelved, 'idle');
  }

  /** Looks how much heap is in use, in bytes; waits for the isolate's turns. */
  async look(shelved: ShelvedIsolate): Promise<number> {
    shelved.heapBytes = await usedBytes(shelved.isolate);
    return shelved.heapBytes;
  }

  /** Disposes an isolate; `close` waits for it. */
  dispose(isolate: GuestIsolate): void {
    const disposal = isolate.dispose().finally(() => this.#disposals.delete(disposal));
    this.#disposals.add(disposal);
  }

  /** Disposes every isolate and waits until they are gone, or did not go. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const all = await Promise.allSettled(this.#shelved.values());
    this.#shelved.clear();
    for (const found of all) if (found.status === 'fulfilled') this.dispose(found.value.isolate);
    await Promise.all(this.#disposals);
  }

  async #find(key: string, make: () => Promise<ReadyIsolate>): Promise<ShelvedIsolate> {
    const known = this.#shelved.get(key);
    if (known !== undefined) {
      const shelved = await known;
      const reason = this.#outworn(shelved);
      if (reason === undefined) {
        // Somebody else may have taken it out of service meanwhile, or put it last already.
        if (this.#shelved.delete(key)) this.#shelved.set(key, known);
        return shelved;
      }
      this.retire(shelved, reason);
      return this.#find(key, make);
    }
    const making = this.#shelve(key, make);
    this.#shelved.set(key, making);
    making.catch(() => this.#shelved.delete(key));
    await this.#makeRoom();
    return making;
  }

  async #shelve(key: string, make: () => Promise<ReadyIsolate>): Promise<ShelvedIsolate> {
    const { isolate, realm } = await make();
    return { key, isolate, realm, jobCount: 0, useCount: 0, heapBytes: 0, retired: undefined };
  }

  #outworn({ isolate, useCount, heapBytes, retired }: ShelvedIsolate): RecycleReason | undefined {
    const { maxUses, maxAgeMs, maxHeapRatio } = this.#settings;
    if (retired !== undefined) return retired;
    if (isolate.state !== 'open') return 'lost';
    if (useCount >= maxUses) return 'use';
    if (heapBytes > maxHeapRatio * isolate.memoryBytes) return 'heap';
    return performance.now() - isolate.bornMs > maxAgeMs ? 'age' : undefined;
  }

  // One that has served nobody yet was made for a job that is about to take it.
  async #makeRoom(): Promise<void> {
    for (const making of this.#shelved.values()) {
      if (this.#shelved.size <= this.#settings.maxPerThread) return;
      const shelved = await making.catch(() => undefined);
      if (shelved?.jobCount === 0 && shelved.useCount > 0) this.retire(shelved, 'idle');
    }
  }

  async #dropOld(): Promise<void> {
    for (const making of this.#shelved.values()) {
      const shelved = await making.catch(() => undefined);
      const reason = shelved === undefined ? undefined : this.#outworn(shelved);
      if (shelved !== undefined && reason !== undefined) this.retire(shelved, reason);
    }
  }
}
