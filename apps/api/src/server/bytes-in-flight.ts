import { type WaybillError, makeError } from '@waybill/protocol';

// Nobody knows when a body is done with; a client that asks once a second does no harm.
const retryMs = 1_000;

/** How many bytes of bodies may be held at once. */
export interface InFlightLimits {
  readonly maxBytesPerTenant: number;
  readonly maxBytesInAll: number;
}

/** The bytes that one body takes of them. Whoever opened it disposes it. */
export interface BodyShare extends Disposable {
  /**
   * Counts the body as that long, unless it is counted as longer already; nothing once the share is disposed.
   *
   * @throws `ERR_WAYBILL_RATE_LIMITED` where its tenant, or all of them, would have more in flight than they may
   */
  growTo(bytes: number): void;
}

/**
 * Counts the bytes of bodies in memory, by tenant and in all. One body is always let through where there is no other, however
 * long: how long a single one may be is another limit.
 */
export class BytesInFlight {
  readonly #limits: InFlightLimits;
  readonly #byTenant = new Map<string, number>();
  #allBytes = 0;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Opens the share of one body. @param tenant - absent: of whoever names none */
  open(tenant = ''): BodyShare {
    let ownBytes = 0;
    let isOpen = true;
    const add = (moreBytes: number): void => {
      ownBytes += moreBytes;
      this.#add(tenant, moreBytes);
    };
    return {
      growTo: (bytes) => {
        if (!isOpen || bytes <= ownBytes) return;
        this.#assertRoom(tenant, { ownBytes, bytes });
        add(bytes - ownBytes);
      },
      [Symbol.dispose]: () => {
        isOpen = false;
        add(-ownBytes);
      },
    };
  }

  #assertRoom(tenant: string, body: { readonly ownBytes: number; readonly bytes: number }): void {
    const { maxBytesPerTenant, maxBytesInAll } = this.#limits;
    const othersBytes = (this.#byTenant.get(tenant) ?? 0) - body.ownBytes;
    if (othersBytes > 0 && othersBytes + body.bytes > maxBytesPerTenant) {
      throw tooMuch('the tenant has', 'maxInFlightBytes', maxBytesPerTenant);
    }
    const allOthersBytes = this.#allBytes - body.ownBytes;
    if (allOthersBytes > 0 && allOthersBytes + body.bytes > maxBytesInAll) {
      throw tooMuch('all tenants have', 'maxInFlightBytesInAll', maxBytesInAll);
    }
  }

  #add(tenant: string, moreBytes: number): void {
    this.#allBytes += moreBytes;
    const bytes = (this.#byTenant.get(tenant) ?? 0) + moreBytes;
    if (bytes === 0) this.#byTenant.delete(tenant);
    else this.#byTenant.set(tenant, bytes);
  }
}

function tooMuch(who: string, limit: string, limitBytes: number): WaybillError {
  const words = `${who} as many bytes of bodies in requests that are not answered as may be: ${limitBytes}`;
  const details = { limit, limitBytes, estimatedWaitMs: retryMs };
  return makeError('ERR_WAYBILL_RATE_LIMITED', words, { details });
}
