import { setTimeout as sleep } from 'node:timers/promises';
import { ContextSnapshot } from '@waybill/context';
import { isPassing } from './is-passing.ts';
import type { Lease, StartedJob } from './lease-jobs.ts';

/** What the dispatcher of an executor works with. */
export interface DispatcherParts {
  /** Takes up to so many jobs. */
  readonly lease: (count: number) => Promise<Lease>;
  /** Begins an attempt. Never throws. */
  readonly begin: (job: StartedJob) => void;
  /** How many attempts may begin now. */
  readonly freeCount: () => number;
  readonly pollMs: number;
  /** The least time from one lease that took all there was to the next. */
  readonly gatherMs: number;
  readonly onError: (error: unknown) => void;
}

/** Takes jobs whenever some may be ready and there is room: when it is kicked, and every so often by itself. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #poll: NodeJS.Timeout | undefined;
  #leasing: Promise<void> | undefined;
  #isKicked = false;
  #isFreed = false;
  /** Whether the last look left ready jobs behind. */
  #hasMore = false;
  #isStopped = true;
  readonly #stop = new AbortController();
  #isAway = false;
  #tick = 0;
  #leasedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Grows when a lease begins and when it has ended: odd while one is on its way. */
  get leaseTick(): number {
    return this.#tick;
  }

  get isLeasing(): boolean {
    return this.#leasing !== undefined;
  }

  start(): void {
    this.#isStopped = false;
    this.#poll = setInterval(() => this.kick(), this.#parts.pollMs);
    this.kick();
  }

  /** Looks for jobs soon. */
  kick(): void {
    this.#isKicked = true;
    this.#look();
  }

  /** Takes note that an attempt has ended: looks for jobs where some were left behind. */
  freed(): void {
    this.#isFreed = true;
    if (this.#hasMore) this.#look();
  }

  /** Kicks in so many ms, where that is before the next poll may be. */
  kickIn(ms: number): void {
    if (ms >= this.#parts.pollMs * 20 || this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.kick();
    }, ms);
    this.#timers.add(timer);
  }

  /** Waits until no lease is on its way. */
  async leased(): Promise<void> {
    await this.#leasing;
  }

  /** Takes no more. Resolves when a lease that is on its way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop.abort();
    clearInterval(this.#poll);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#leasing;
  }

  #look(): void {
    if (this.#isStopped) return;
    this.#leasing ??= ContextSnapshot.root.run(() => this.#leaseWhileDue());
  }

  get #isDue(): boolean {
    return !this.#isStopped && (this.#isKicked || (this.#isFreed && this.#hasMore));
  }

  async #leaseWhileDue(): Promise<void> {
    // So that the caller, and what else happens in this turn, comes first: a job that is submitted, many that end.
    await Promise.resolve();
    while (this.#isDue) {
      await this.#gathered();
      this.#isKicked = false;
      this.#isFreed = false;
      const count = this.#isStopped ? 0 : this.#parts.freeCount();
      if (count > 0) await this.#lease(count);
      else this.#hasMore = true;
    }
    this.#leasing = undefined;
  }

  /** Waits for jobs that come together with those that are ready. */
  async #gathered(): Promise<void> {
    const dueMs = this.#leasedMs + this.#parts.gatherMs - performance.now();
    if (dueMs <= 0 || this.#hasMore) return;
    const stopped = (): void => {};
    await sleep(dueMs, undefined, { signal: this.#stop.signal }).catch(stopped);
  }

  async #lease(count: number): Promise<void> {
    this.#tick += 1;
    try {
      const { jobs, hasMore } = await this.#parts.lease(count);
      this.#isAway = false;
      this.#hasMore = hasMore;
      for (const job of jobs) this.#parts.begin(job);
      if (jobs.length > 0 && hasMore) this.#isKicked = true;
    } catch (error) {
      this.#hasMore = true;
      // Of a database that is away it tells once; the next poll tries again.
      if (!this.#isAway || !isPassing(error)) this.#parts.onError(error);
      this.#isAway = isPassing(error);
    } finally {
      this.#tick += 1;
      this.#leasedMs = performance.now();
    }
  }
}
