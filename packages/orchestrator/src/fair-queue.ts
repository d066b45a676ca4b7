import { Line } from './line.ts';
import { PriorityLine } from './priority-line.ts';
import type { RunningCounts } from './running-counts.ts';

/** What a {@link FairQueue} is made with. */
export interface FairQueueOptions {
  /** Turns in a row of a tenant, each time it comes round. */
  readonly weightOf: (tenant: string) => number;
  /** Who runs how much; counted on by the queue as it serves, counted down by whoever sees the jobs end. */
  readonly running: RunningCounts;
}

/** A job that was served, and what it was given. */
export interface Served<Job, Place> {
  readonly job: Job;
  readonly place: Place;
}

interface TenantLine<Job> {
  readonly tenant: string;
  readonly weight: number;
  readonly jobs: PriorityLine<Job>;
  /** Jobs that may still be served before the tenant goes to the end. */
  deficit: number;
}

/**
 * Who is next: deficit round robin over tenants, where every job costs one turn and a tenant gets its weight in turns
 * each time it comes round; inside a tenant by priority, then by age. Nothing is saved up: a tenant for which nothing
 * waits has no claim, and one that comes back stands at the end. It waits for at most one round: the weight of each other
 * tenant that waits.
 *
 * Pure: no clock, no timer. It does not know what a place is.
 */
export class FairQueue<Job> {
  readonly #options: FairQueueOptions;
  readonly #lines: Map<string, TenantLine<Job>> = new Map();
  // The tenants for which something waits, in the order of their turns.
  readonly #round: Line<TenantLine<Job>> = new Line();
  readonly #entries: Map<Job, { readonly tenant: string; readonly priority: number }> = new Map();
  #weightSum = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** Jobs that wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** Jobs of one tenant that wait. */
  sizeOf(tenant: string): number {
    return this.#lines.get(tenant)?.jobs.size ?? 0;
  }

  /** @param job - not in the queue yet */
  enter(job: Job, tenant: string, priority: number): void {
    this.#entries.set(job, { tenant, priority });
    this.#lineOf(tenant).jobs.push(job, priority);
  }

  /** Takes a job out that will not wait any longer. @returns whether it was there */
  leave(job: Job): boolean {
    const entry = this.#entries.get(job);
    const line = entry === undefined ? undefined : this.#lines.get(entry.tenant);
    if (entry === undefined || line === undefined) return false;
    this.#remove(line, job, entry.priority);
    return true;
  }

  /**
   * Takes out the job that is next.
   *
   * @param take - gives a place for a job of the tenant, or undefined where there is none. A tenant for which there is
   *   none, or that runs as much as it may, is passed over and keeps its turn
   * @returns undefined where nobody could be served
   */
  serveNext<Place>(take: (tenant: string) => Place | undefined): Served<Job, Place> | undefined {
    for (const line of this.#round) {
      const { first: job } = line.jobs;
      if (job === undefined || this.#options.running.isFull(line.tenant)) continue;
      const place = take(line.tenant);
      if (place === undefined) continue;
      this.#charge(line, job);
      return { job, place };
    }
    return undefined;
  }

  /** The most jobs that are served until one that enters now is, if it has no priority over others of its tenant. */
  turnsUntil(tenant: string): number {
    const line = this.#lines.get(tenant);
    const weight = line?.weight ?? this.#options.weightOf(tenant);
    const weightSum = this.#weightSum + (line === undefined ? weight : 0);
    const rounds = Math.ceil((this.sizeOf(tenant) + 1) / weight);
    return Math.min(this.size + 1, rounds * weightSum);
  }

  #charge(line: TenantLine<Job>, job: Job): void {
    this.#options.running.add(line.tenant);
    if (line.deficit === 0) line.deficit = line.weight;
    line.deficit -= 1;
    this.#remove(line, job, this.#entries.get(job)?.priority ?? 0);
    if (line.deficit === 0 && line.jobs.size > 0) this.#round.push(line);
  }

  #lineOf(tenant: string): TenantLine<Job> {
    const known = this.#lines.get(tenant);
    if (known !== undefined) return known;
    const weight = this.#options.weightOf(tenant);
    const line: TenantLine<Job> = { tenant, weight, jobs: new PriorityLine(), deficit: 0 };
    this.#lines.set(tenant, line);
    this.#round.push(line);
    this.#weightSum += weight;
    return line;
  }

  #remove(line: TenantLine<Job>, job: Job, priority: number): void {
    this.#entries.delete(job);
    line.jobs.delete(job, priority);
    if (line.jobs.size > 0) return;
    this.#lines.delete(line.tenant);
    this.#round.delete(line);
    this.#weightSum -= line.weight;
  }
}
