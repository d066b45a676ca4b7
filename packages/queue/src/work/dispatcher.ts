import { ContextSnapshot } from '@waybill/context';
import { isPassing } from './is-passing.ts';
import type { StartedJob } from './lease-jobs.ts';

/** What the dispatcher of an executor works with. */
export interface DispatcherParts {
  /** Takes up to so many jobs. */
  readonly lease: (count: number) => Promise<readonly StartedJob[]>;
  /** Begins an attempt. Never throws. */
  readonly begin: (job: StartedJob) => void;
  /** How many attempts may begin now. */
  readonly freeCount: () => number;
  readonly pollMs: number;
  readonly onError: (error: unknown) => void;
}

/** Takes jobs whenever some may be ready and there is room: when it is kicked, and every so often by itself. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #poll: NodeJS.Timeout | undefined;
  #leasing: Promise<void> | undefined;
  #isKicked = false;
  #isStopped = true;
  #isAway = false;
  #tick = 0;

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
    if (this.#isStopped) return;
    this.#leasing ??= ContextSnapshot.root.run(() => this.#leaseWhileKicked());
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
    clearInterval(this.#poll);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#leasing;
  }

  async #leaseWhileKicked(): Promise<void> {
    // So that the caller, and what else happens in this turn, comes first: a job that is submitted, many that end.
    await Promise.resolve();
    while (this.#isKicked && !this.#isStopped) {
      this.#isKicked = false;
      const count = this.#parts.freeCount();
      if (count > 0) await this.#lease(count);
    }
    this.#leasing = undefined;
  }

  async #lease(count: number): Promise<void> {
    this.#tick += 1;
    try {
      const jobs = await this.#parts.lease(count);
      this.#isAway = false;
      for (const job of jobs) this.#parts.begin(job);
      // While some come there may be more.
      if (jobs.length > 0) this.#isKicked = true;
    } catch (error) {
      // Of a database that is away it tells once; the next poll tries again.
      if (!this.#isAway || !isPassing(error)) this.#parts.onError(error);
      this.#isAway = isPassing(error);
    } finally {
      this.#tick += 1;
    }
  }
}
