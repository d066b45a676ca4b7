import type { GuestRealm } from '@waybill/sandbox';

/** A realm for one job, and how to give it back. */
export interface RealmLease {
  readonly realm: GuestRealm;
  /** Whether the realm has its program already and serves other jobs too. */
  readonly isWarm: boolean;
  /** Gives it back; `unsure`: the guest was cut off or may still run, so its isolate takes no new job. */
  release(unsure: boolean): void;
}
