import { makeError } from '@waybill/protocol';
import type { GuestRealm } from '@waybill/sandbox';
import type { IsolateMaker } from './isolate-maker.ts';
import type { IsolateShelf } from './isolate-shelf.ts';
import type { RealmLease } from './realm-lease.ts';
import type { ShelvedIsolate } from './shelved-isolate.ts';
import { usedBytes } from './used-bytes.ts';

/** Fresh realms for jobs that bring their own program: in the tenant's isolate, or in one for this job alone. */
export class TenantRealms {
  readonly #maker: IsolateMaker;
  readonly #shelf: IsolateShelf;

  constructor(maker: IsolateMaker, shelf: IsolateShelf) {
    this.#maker = maker;
    this.#shelf = shelf;
  }

  /** A realm in an isolate that nobody has used and nobody will use again. */
  async leaseAlone(tenant: string, memoryBytes: number): Promise<RealmLease> {
    const { isolate, realm } = await this.#maker.make(tenant, memoryBytes);
    return {
      realm,
      heapBytes: () => usedBytes(isolate, 0),
      retire: () => undefined,
      release: () => this.#shelf.dispose(isolate),
    };
  }

  /**
   * A fresh realm in the isolate that all jobs of the tenant with this memory limit share.
   *
   * @throws `ERR_WAYBILL_ISOLATE_LOST` where another job of the tenant takes the isolate down meanwhile
   */
  async leaseShared(tenant: string, memoryBytes: number): Promise<RealmLease> {
    // The addon limits heaps in whole MiB: limits that it cannot tell apart share an isolate.
    const key = `tenant\n${tenant}\n${Math.ceil(memoryBytes / 2 ** 20)}`;
    const shelved = await this.#shelf.take(key, () => this.#maker.make(tenant, memoryBytes));
    try {
      const realm = await this.#freshRealm(shelved);
      return {
        realm,
        heapBytes: () => this.#shelf.look(shelved),
        retire: () => this.#shelf.retire(shelved, 'lost'),
        release: (unsure) => this.#release(shelved, realm, unsure),
      };
    } catch (error) {
      this.#shelf.giveBack(shelved, true);
      throw error;
    }
  }

  async #freshRealm(shelved: ShelvedIsolate): Promise<GuestRealm> {
    const { realm, next, isolate } = shelved;
    shelved.realm = undefined;
    if (realm !== undefined) return realm;
    shelved.next = undefined;
    try {
      if (next === undefined) return await isolate.openRealm();
      return await next.catch((cause: unknown) => {
        if (isolate.state !== 'open') throw cause;
        return isolate.openRealm();
      });
    } catch (cause) {
      const words = 'the isolate of the tenant was lost before the job had a realm in it';
      throw makeError('ERR_WAYBILL_ISOLATE_LOST', words, { cause });
    }
  }

  #release(shelved: ShelvedIsolate, realm: GuestRealm, unsure: boolean): void {
    realm.close();
    this.#shelf.giveBack(shelved, unsure);
    // Behind the report of this job, whose way back needs the core.
    setImmediate(() => this.#prepareNext(shelved));
  }

  // One at a time: where many jobs run at once, each that finds none makes its own, and none is made for nobody.
  #prepareNext(shelved: ShelvedIsolate): void {
    const isServing = shelved.retired === undefined && shelved.isolate.state === 'open';
    if (!isServing || shelved.realm !== undefined || shelved.next !== undefined) return;
    const next = shelved.isolate.openRealm();
    shelved.next = next;
    // The next job makes its own, and is told why it cannot.
    next.catch(() => {
      if (shelved.next === next) shelved.next = undefined;
    });
  }
}
