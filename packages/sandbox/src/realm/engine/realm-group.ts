import { getHeapStatistics } from 'node:v8';
import { makeError } from '@waybill/protocol';
import type { GuestIsolate, IsolateState } from '../../engine/guest-isolate.ts';
import { VmRealm, type RealmMeans } from './vm-realm.ts';

/**
 * How much longer on the wall a turn may take than its computing time. Its neighbours in the thread wait for it: on a machine
 * that is busier than that it is cut off before it has had all of its time.
 */
const maxStretch = 4;

let lastGroupNumber = 0;

/**
 * The realms of one tenant in this thread. They share its heap with all others: there is a limit only for the thread.
 */
export class RealmGroup implements GuestIsolate {
  readonly number: number = ++lastGroupNumber;
  readonly memoryBytes: number;
  readonly bornMs: number = performance.now();
  readonly #means: RealmMeans;
  readonly #realms: Set<VmRealm> = new Set();
  #state: IsolateState = 'open';
  #tenant: string | undefined;
  #lastRealmNumber = 0;

  /** @param memoryBytes - heap of the thread */
  constructor(means: RealmMeans, memoryBytes: number) {
    this.#means = means;
    this.memoryBytes = memoryBytes;
  }

  get state(): IsolateState {
    return this.#state;
  }

  get tenant(): string {
    return this.#tenant ?? '';
  }

  adopt(tenant: string): void {
    if (this.#tenant !== undefined && this.#tenant !== tenant) {
      throw makeError('ERR_WAYBILL_INTERNAL', 'a group of realms was given to a second tenant');
    }
    this.#tenant = tenant;
  }

  /** Never: while a guest computes, nothing else of the thread does, and nobody is there to ask. */
  isRunning(): boolean {
    return false;
  }

  wallMs(cpuMs: number): number {
    return Math.min(maxStretch * cpuMs, this.#means.clock.wallMs(cpuMs));
  }

  async openRealm(): Promise<VmRealm> {
    this.#assertOpen();
    const realm = new VmRealm(this, ++this.#lastRealmNumber, this.#means);
    this.#realms.add(realm);
    return realm;
  }

  /** Called by a realm that is closed. */
  forget(realm: VmRealm): void {
    this.#realms.delete(realm);
  }

  /** What the thread uses, all tenants together. */
  async usedBytes(): Promise<number> {
    this.#assertOpen();
    const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
    return heapBytes + externalBytes;
  }

  async dispose(): Promise<void> {
    this.#state = 'disposed';
    for (const realm of this.#realms) realm.lost();
  }

  /** The same as {@link dispose}: what cannot be stopped holds the thread, and nobody comes to say so. */
  giveUp(): void {
    void this.dispose();
  }

  #assertOpen(): void {
    if (this.#state === 'open') return;
    throw makeError('ERR_WAYBILL_ISOLATE_LOST', 'the group of realms was disposed');
  }
}
