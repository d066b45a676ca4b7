import { makeError } from '@waybill/protocol';

// Nobody knows when one ends; a client that asks once a second does no harm.
const retryMs = 1_000;

/** One stream that counts against its tenant. */
export interface OpenStream {
  /** Aborts when the stream has to end. */
  readonly signal: AbortSignal;
  /** Ends it: it counts no more. Idempotent. */
  end(): void;
}

/** The open event streams of all tenants, and their requests that wait for a job, in this process. */
export class OpenStreams {
  readonly #maxPerTenant: number;
  readonly #byTenant = new Map<string, Set<AbortController>>();

  constructor(maxPerTenant: number) {
    this.#maxPerTenant = maxPerTenant;
  }

  /**
   * Counts a stream as open; whoever called ends it.
   *
   * @throws `ERR_WAYBILL_RATE_LIMITED` where the tenant has as many as it may
   */
  open(tenant: string): OpenStream {
    const streams = this.#byTenant.get(tenant) ?? new Set();
    if (streams.size >= this.#maxPerTenant) {
      const words = `the tenant has ${streams.size} event streams open, as many as it may`;
      const maxStreams = this.#maxPerTenant;
      const details = { limit: 'maxStreamsPerTenant', maxStreams, estimatedWaitMs: retryMs };
      throw makeError('ERR_WAYBILL_RATE_LIMITED', words, { details });
    }
    const controller = new AbortController();
    this.#byTenant.set(tenant, streams.add(controller));
    return { signal: controller.signal, end: () => this.#end(tenant, controller) };
  }

  /** Ends them all. */
  endAll(): void {
    for (const [tenant, streams] of this.#byTenant) {
      for (const controller of streams) this.#end(tenant, controller);
    }
  }

  #end(tenant: string, controller: AbortController): void {
    controller.abort();
    const streams = this.#byTenant.get(tenant);
    streams?.delete(controller);
    if (streams?.size === 0) this.#byTenant.delete(tenant);
  }
}
