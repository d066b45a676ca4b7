import type { GuestRealm } from '@waybill/sandbox';

/** A realm for one job, and how to give it back. */
export interface RealmLease {
  readonly realm: GuestRealm;
  /** Heap of the realm's isolate in use, in bytes; where many jobs share the realm, as last looked at. */
  heapBytes(): Promise<number> | number;
  /** Takes its isolate out of service, before it is given back. */
  retire(): void;
  /** Gives it back; `unsure`: the guest was cut off or may still run, so its isolate takes no new job. */
  release(unsure: boolean): void;
}
