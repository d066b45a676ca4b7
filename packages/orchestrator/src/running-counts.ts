/** How many jobs of each tenant hold a place, and whether the tenant may have another. */
export class RunningCounts {
  readonly #maxOf: (tenant: string) => number;
  readonly #counts: Map<string, number> = new Map();
  #total = 0;

  /** @param maxOf - the most jobs of a tenant that may run at one moment */
  constructor(maxOf: (tenant: string) => number) {
    this.#maxOf = maxOf;
  }

  /** Jobs of all tenants that hold a place. */
  get total(): number {
    return this.#total;
  }

  of(tenant: string): number {
    return this.#counts.get(tenant) ?? 0;
  }

  /** Whether the tenant runs as many jobs as it may. */
  isFull(tenant: string): boolean {
    return this.of(tenant) >= this.#maxOf(tenant);
  }

  add(tenant: string): void {
    this.#counts.set(tenant, this.of(tenant) + 1);
    this.#total += 1;
  }

  /** @param tenant - one that was added as often */
  remove(tenant: string): void {
    const left = this.of(tenant) - 1;
    if (left > 0) this.#counts.set(tenant, left);
    else this.#counts.delete(tenant);
    this.#total -= 1;
  }
}
