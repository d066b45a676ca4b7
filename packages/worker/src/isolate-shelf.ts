import type { IsolateSettings, RecycleReason } from '@waybill/protocol';
import type { GuestIsolate } from '@waybill/sandbox';
import type { ReadyIsolate } from './isolate-maker.ts';
import { ShelvedIsolate } from './shelved-isolate.ts';
import { usedBytes } from './used-bytes.ts';

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
  readonly #shelved: Map<string, ShelvedIsolate> = new Map();
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
    this.#sweep = setInterval(() => this.#dropOld(), Math.min(settings.maxAgeMs, sweepMs));
    this.#sweep.unref();
  }

  get size(): number {
    return this.#shelved.size;
  }

  /** Isolates taken out of service so far. */
  get recycledCount(): number {
    return this.#recycledCount;
  }

  /**
   * Finds the isolate of a key or makes it, and counts one more job in it until `giveBack`.
   *
   * @throws what making it failed with; such a one is not kept
   */
  async take(key: string, make: () => Promise<ReadyIsolate>): Promise<ShelvedIsolate> {
    const shelved = this.#fit(key) ?? new ShelvedIsolate(key, make());
    // Counted before anything is awaited: nobody disposes it under a job that is about to have it.
    shelved.jobCount += 1;
    shelved.useCount += 1;
    this.#shelved.delete(key);
    this.#shelved.set(key, shelved);
    this.#makeRoom();
    try {
      await shelved.made;
    } catch (error) {
      if (this.#shelved.get(key) === shelved) this.#shelved.delete(key);
      throw error;
    }
    return shelved;
  }

  /** @param unsure - the guest was cut off or may still run: the isolate takes no new job */
  giveBack(shelved: ShelvedIsolate, unsure: boolean): void {
    shelved.jobCount -= 1;
    const reason = unsure ? 'lost' : shelved.retired;
    if (reason !== undefined) this.retire(shelved, reason);
    this.#makeRoom();
  }

  /** Takes an isolate out of service; it is disposed when its last job has ended. */
  retire(shelved: ShelvedIsolate, reason: RecycleReason): void {
    if (shelved.retired === undefined) {
      shelved.retired = reason;
      if (this.#shelved.get(shelved.key) === shelved) this.#shelved.delete(shelved.key);
      this.#recycledCount += 1;
      this.#recycled(shelved.isolate.tenant, reason);
    }
    if (shelved.jobCount === 0) this.dispose(shelved.isolate);
  }

  /** Takes the isolate of a key out of service, if there is one. One that is being made is waited for; never rejects. */
  async retireKey(key: string): Promise<void> {
    const shelved = this.#shelved.get(key);
    // Where it cannot be made, those who asked for it are told.
    await shelved?.made.catch(() => undefined);
    if (shelved?.isMade === true) this.retire(shelved, 'idle');
  }

  /** Looks how much heap is in use, in bytes; the last known number where the isolate is busy. */
  async look(shelved: ShelvedIsolate): Promise<number> {
    shelved.heapBytes = await usedBytes(shelved.isolate, shelved.heapBytes);
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
    const all = [...this.#shelved.values()];
    this.#shelved.clear();
    await Promise.allSettled(all.map(({ made }) => made));
    for (const shelved of all) if (shelved.isMade) this.dispose(shelved.isolate);
    await Promise.all(this.#disposals);
  }

  // The isolate of a key that may take another job; one that may not is taken out of service.
  #fit(key: string): ShelvedIsolate | undefined {
    const shelved = this.#shelved.get(key);
    const reason = shelved && this.#outworn(shelved);
    if (shelved === undefined || reason === undefined) return shelved;
    this.retire(shelved, reason);
    return undefined;
  }

  #outworn(shelved: ShelvedIsolate): RecycleReason | undefined {
    const { maxUses, maxAgeMs, maxHeapRatio } = this.#settings;
    if (!shelved.isMade) return undefined;
    const { isolate, useCount, heapBytes } = shelved;
    if (isolate.state !== 'open') return 'lost';
    if (useCount >= maxUses) return 'use';
    if (heapBytes > maxHeapRatio * isolate.memoryBytes) return 'heap';
    return performance.now() - isolate.bornMs > maxAgeMs ? 'age' : undefined;
  }

  // Where all are in use there are more than there may be, until the first job ends. The tenant that has most gives
  // first: one that asks for many isolates makes room among its own.
  #makeRoom(): void {
    while (this.#shelved.size > this.#settings.maxPerThread) {
      const idle = [...this.#shelved.values()].filter((each) => each.isMade && each.jobCount === 0);
      const counts = new Map<string, number>();
      for (const { isolate } of idle)
        counts.set(isolate.tenant, (counts.get(isolate.tenant) ?? 0) + 1);
      const most = Math.max(0, ...counts.values());
      const next = idle.find(({ isolate }) => counts.get(isolate.tenant) === most);
      if (next === undefined) return;
      this.retire(next, 'idle');
    }
  }

  #dropOld(): void {
    for (const shelved of this.#shelved.values()) {
      const reason = this.#outworn(shelved);
      if (reason !== undefined) this.retire(shelved, reason);
    }
  }
}
