import type { RecycleReason } from '@waybill/protocol';
import type { GuestIsolate, GuestRealm } from '@waybill/sandbox';
import type { ReadyIsolate } from './isolate-maker.ts';

/** An isolate in service, from the moment somebody asked for it, and what it served. */
export class ShelvedIsolate {
  readonly key: string;
  /** Resolves when it is made; rejects with why it could not be. */
  readonly made: Promise<void>;
  /** The realm it came with; whoever uses it up takes it off. */
  realm: GuestRealm | undefined;
  /** A realm that is made for whoever comes next, or is being made; whoever takes it takes it off. */
  next: Promise<GuestRealm> | undefined;
  /** Jobs that have it or wait for it. */
  jobCount = 0;
  useCount = 0;
  /** Heap in use when it was last looked at, in bytes. */
  heapBytes = 0;
  /** Why it takes no new job, once it takes none. */
  retired: RecycleReason | undefined;
  #isolate: GuestIsolate | undefined;

  constructor(key: string, making: Promise<ReadyIsolate>) {
    this.key = key;
    this.made = making.then(({ isolate, realm }) => {
      this.#isolate = isolate;
      this.realm = realm;
    });
  }

  get isMade(): boolean {
    return this.#isolate !== undefined;
  }

  get isolate(): GuestIsolate {
    if (this.#isolate === undefined) throw new TypeError('the isolate is not made yet');
    return this.#isolate;
  }
}
