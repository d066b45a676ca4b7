import { AsyncResource } from 'node:async_hooks';
import type { WaybillError } from '@waybill/protocol';
import { errorFromGuest, readDescribed } from '../../job/guest-failure.ts';
import { unreadRejectionError } from './bridge-errors.ts';
import type { RealmKit, RealmMessage } from './kit/realm-kit.ts';
import { inheritsFrom } from '../prototype-chain.ts';
import { type RejectionOwner, strayRejections } from '../stray-rejections.ts';

/** What the desk works with. */
export interface StrayDeskOptions {
  readonly kit: RealmKit;
  /** Something has entered the realm. */
  readonly schedule: () => void;
  readonly report: (error: WaybillError) => void;
}

/** Reports one realm's stray rejections, each in the async context in which it happened. */
export class StrayDesk implements RejectionOwner, Disposable {
  readonly #promisePrototype: object;
  readonly #schedule: () => void;
  readonly #report: (error: WaybillError) => void;
  readonly #expected = new WeakSet();
  readonly #unread = new Map<number, AsyncResource>();
  #kit: RealmKit | undefined;
  #lastId = 0;

  constructor({ kit, schedule, report }: StrayDeskOptions) {
    this.#kit = kit;
    this.#promisePrototype = kit.promisePrototype;
    this.#schedule = schedule;
    this.#report = report;
    strayRejections.add(this);
  }

  owns(promise: object): boolean {
    return inheritsFrom(promise, this.#promisePrototype);
  }

  claim(promise: object, reason: unknown): void {
    if (this.#expected.has(promise)) return;
    const id = ++this.#lastId;
    this.#unread.set(id, new AsyncResource('WAYBILL_STRAY', { requireManualDestroy: true }));
    // To read the reason may run guest code, which belongs in a drain.
    this.#kit?.describe(id, reason);
    if (this.#kit === undefined) this.#tell(id, unreadRejectionError());
    else this.#schedule();
  }

  /** This promise is going to be handled, though Node may not see it in time. */
  expect(promise: object): void {
    this.#expected.add(promise);
  }

  /** The reason of a rejection was read. */
  described({ id, text }: RealmMessage): void {
    this.#tell(id, errorFromGuest(readDescribed(text), undefined));
  }

  /** What is rejected from now on cannot be read any more. Once this turn is over, nothing is expected to be. */
  [Symbol.dispose](): void {
    this.#kit = undefined;
    for (const id of this.#unread.keys()) this.#tell(id, unreadRejectionError());
    setImmediate(() => strayRejections.remove(this));
  }

  #tell(id: number, error: WaybillError): void {
    const resource = this.#unread.get(id);
    this.#unread.delete(id);
    // Not from here: what the application throws must not cost others their messages.
    resource?.runInAsyncScope(() => process.nextTick(this.#report, error));
  }
}
