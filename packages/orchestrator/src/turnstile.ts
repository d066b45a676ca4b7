import type { PoolLease } from '@waybill/pool';
import type { TenantShare } from '@waybill/protocol';
import { FairQueue } from './fair-queue.ts';
import { RunningCounts } from './running-counts.ts';
import { WaitEstimate } from './wait-estimate.ts';

/** Where the places come from, and how they are shared out. */
export interface TurnstileOptions {
  /** Takes a place for a tenant's job, or gives undefined where it can have none at this moment. */
  readonly lease: (tenant: string, alone: boolean) => PoolLease | undefined;
  /** Places that are free. */
  readonly freeCount: () => number;
  /**
   * Whether to ask for a place also where none is free: where tenants do not share processes, that is how one comes to make
   * way. @defaultValue false
   */
  readonly asksAlways?: boolean;
  readonly shareOf: (tenant: string) => TenantShare;
  /** A clock in ms that never goes back. */
  readonly now: () => number;
}

/** Who waits for a place. What it says stays as it is while it waits. */
export interface Waiter {
  readonly tenant: string;
  /** The highest goes first among those of its tenant. */
  readonly priority: number;
  /** Whether it needs a process where nothing else runs. */
  readonly alone: boolean;
}

/** A place that somebody holds. */
export interface HeldPlace {
  readonly lease: PoolLease;
  /** Gives the place back. Idempotent. */
  release(): void;
}

interface Entry {
  readonly enteredMs: number;
  readonly queue: FairQueue<Waiter>;
  readonly served: (place: HeldPlace) => void;
}

/**
 * Where jobs wait for a place: tenants take turns as {@link FairQueue} says. Jobs that need a process for themselves take
 * turns apart: what they wait for is another thing than a place, and nobody else must wait for it with them.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #running: RunningCounts;
  readonly #together: FairQueue<Waiter>;
  readonly #alone: FairQueue<Waiter>;
  // Tenants with a job that runs alone: no more than one each, or one tenant could have all spares.
  readonly #aloneTenants: Set<string> = new Set();
  readonly #entries: Map<Waiter, Entry> = new Map();
  readonly #estimate: WaitEstimate;
  #entering: Waiter | undefined;

  constructor(options: TurnstileOptions) {
    this.#options = options;
    const { shareOf, now } = options;
    const weightOf = (tenant: string): number => shareOf(tenant).weight;
    this.#running = new RunningCounts((tenant) => shareOf(tenant).maxRunning);
    this.#together = new FairQueue({ weightOf, running: this.#running });
    this.#alone = new FairQueue({ weightOf, running: this.#running });
    this.#estimate = new WaitEstimate(now);
  }

  /** Jobs that wait. */
  get queuedCount(): number {
    return this.#entries.size;
  }

  /** Jobs of a tenant that wait. */
  queuedCountOf(tenant: string): number {
    return this.#together.sizeOf(tenant) + this.#alone.sizeOf(tenant);
  }

  /** Whether a job of the tenant would have to wait, as far as that can be told without taking a place. */
  wouldWait(tenant: string): boolean {
    const isNext = this.queuedCountOf(tenant) === 0 && !this.#running.isFull(tenant);
    return !isNext || this.#options.freeCount() === 0;
  }

  /**
   * About how long a job that enters now will wait, in ms: 0 if not at all, undefined as long as no place was given back.
   *
   * @param tenant - whose job; without it, one that comes after all that wait
   */
  estimatedWaitMs(tenant?: string): number | undefined {
    if (tenant !== undefined && !this.wouldWait(tenant)) return 0;
    const turnCount =
      tenant === undefined ? this.queuedCount + 1 : this.#together.turnsUntil(tenant);
    return this.#estimate.ofTurns(turnCount, this.#running.total);
  }

  /** Calls `served` with a place when it is the job's turn: at once, where nobody waits and a place is free. */
  enter(waiter: Waiter, served: (place: HeldPlace) => void): void {
    const place = this.#atOnce(waiter);
    if (place !== undefined) return served(place);
    const queue = waiter.alone ? this.#alone : this.#together;
    this.#entries.set(waiter, { enteredMs: this.#options.now(), queue, served });
    queue.enter(waiter, waiter.tenant, waiter.priority);
    this.#entering = waiter;
    this.serve();
    this.#entering = undefined;
  }

  /** Takes a job out that will not wait any longer. */
  leave(waiter: Waiter): void {
    this.#entries.get(waiter)?.queue.leave(waiter);
    this.#entries.delete(waiter);
  }

  /** Hands out places as long as there are any; called when one may have become free. */
  serve(): void {
    // A process for one job can be had where no place is free: a spare one.
    while (this.#serveNext(this.#alone));
    const { asksAlways = false, freeCount } = this.#options;
    const mayServe = (): boolean => asksAlways || freeCount() > 0;
    while (mayServe() && this.#serveNext(this.#together));
  }

  // Where nobody waits, a line for one and its end come to the same; they are most of what a turn costs.
  #atOnce(waiter: Waiter): HeldPlace | undefined {
    const { tenant, alone } = waiter;
    const { lease: take, asksAlways = false } = this.#options;
    // Whoever is asked for a way to be made must not be asked twice.
    if (alone || asksAlways || this.#entries.size > 0 || this.wouldWait(tenant)) return undefined;
    const lease = take(tenant, false);
    if (lease === undefined) return undefined;
    this.#running.add(tenant);
    return this.#hold(waiter, lease);
  }

  #serveNext(queue: FairQueue<Waiter>): boolean {
    const alone = queue === this.#alone;
    const take = (tenant: string): PoolLease | undefined =>
      alone && this.#aloneTenants.has(tenant) ? undefined : this.#options.lease(tenant, alone);
    const next = queue.serveNext(take);
    if (next === undefined) return false;
    const { job: waiter, place: lease } = next;
    const entry = this.#entries.get(waiter);
    this.#entries.delete(waiter);
    const place = this.#hold(waiter, lease);
    if (entry === undefined) place.release();
    else {
      // One that is served as it enters tells nothing of how long turns take.
      if (waiter !== this.#entering) this.#estimate.served(entry.enteredMs);
      entry.served(place);
    }
    return true;
  }

  #hold({ tenant, alone }: Waiter, lease: PoolLease): HeldPlace {
    const sinceMs = this.#options.now();
    if (alone) this.#aloneTenants.add(tenant);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#running.remove(tenant);
      if (alone) this.#aloneTenants.delete(tenant);
      this.#estimate.givenBack(this.#options.now() - sinceMs);
      lease.release();
      // A place may be free that the pool does not tell of: the one that its tenant was not to have.
      this.serve();
    };
    return { lease, release };
  }
}
