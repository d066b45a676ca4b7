import type { JobTicket } from './job-ticket.ts';
import type { PoolLease } from '@waybill/pool';

/**
 * Where jobs wait for a place. Tenants take turns, jobs of one tenant keep their order: a tenant with many queued jobs
 * delays another's only by one job at a time.
 */
export class Turnstile {
  readonly #lease: (tenant: string) => PoolLease | undefined;
  // Tenants in the order of their turns; who was served goes to the end.
  readonly #waiting: Map<string, Map<JobTicket, (lease: PoolLease) => void>> = new Map();
  #queuedCount = 0;

  /** @param lease - takes a place for a tenant's job, or gives undefined where there is none */
  constructor(lease: (tenant: string) => PoolLease | undefined) {
    this.#lease = lease;
  }

  /** Jobs that wait. */
  get queuedCount(): number {
    return this.#queuedCount;
  }

  /** Calls `served` with a place when it is the job's turn: at once, where nobody waits and a place is free. */
  enter(ticket: JobTicket, served: (lease: PoolLease) => void): void {
    const { tenant } = ticket.captured.job;
    let line = this.#waiting.get(tenant);
    if (line === undefined) {
      line = new Map();
      this.#waiting.set(tenant, line);
    }
    line.set(ticket, served);
    this.#queuedCount += 1;
    this.serve();
  }

  /** Takes a job out that will not wait any longer. */
  leave(ticket: JobTicket): void {
    const { tenant } = ticket.captured.job;
    const line = this.#waiting.get(tenant);
    if (line?.delete(ticket) !== true) return;
    this.#queuedCount -= 1;
    if (line.size === 0) this.#waiting.delete(tenant);
  }

  /** Hands out places as long as there are any; called when one became free. */
  serve(): void {
    for (const [tenant, line] of this.#waiting) {
      const lease = this.#lease(tenant);
      if (lease === undefined) return;
      this.#serveFirst(tenant, line, lease);
    }
  }

  #serveFirst(
    tenant: string,
    line: Map<JobTicket, (lease: PoolLease) => void>,
    lease: PoolLease,
  ): void {
    for (const [ticket, served] of line) {
      line.delete(ticket);
      this.#queuedCount -= 1;
      // Deleting and adding again puts the tenant last, where this iteration comes by again.
      this.#waiting.delete(tenant);
      if (line.size > 0) this.#waiting.set(tenant, line);
      served(lease);
      return;
    }
  }
}
