import { AsyncResource } from 'node:async_hooks';
import { setDrainImmediate } from '../drain-immediate.ts';

/**
 * How a drain left the realm.
 *
 * - `idle`: nobody waits for anything in it.
 * - `waiting`: a promise is waited for, and something is under way that may settle it.
 * - `stuck`: promises were waited for that nothing can settle; they have been rejected.
 * - `timed-out`: the drain was cut off and the realm discarded.
 * - `disposed`: there was no drain, the bridge is no longer there.
 */
export type DrainEnd = 'idle' | 'waiting' | 'stuck' | 'timed-out' | 'disposed';

/** What the scheduler does its work on. */
export interface Drainable {
  /** Empties the microtask queue. */
  drain(): Exclude<DrainEnd, 'disposed'>;
  /** Rejects what can never settle. */
  giveUp(): void;
  /** Told when what the drain has set off in the host, handlers of rejections included, is through. */
  turnEnded(): void;
}

/**
 * Says when a realm is drained: once in each turn of the event loop in which something has entered it, however often.
 *
 * From `setImmediate`, because there the stack is empty, and so no drain can run one guest's microtasks in the midst of
 * another guest's statement; because all that the turn has brought is there by then; and because a guest and a host that
 * answer each other without end leave the event loop its turns in between.
 */
export class DrainScheduler implements Disposable {
  readonly #realm: Drainable;
  // What a drain starts must not see the stores of whoever happened to cause it.
  readonly #resource: AsyncResource = new AsyncResource('WAYBILL_REALM', {
    requireManualDestroy: true,
  });
  #unset: (() => void) | undefined;
  #asked: PromiseWithResolvers<DrainEnd> | undefined;
  #wasStuck = false;
  #over: DrainEnd | undefined;

  constructor(realm: Drainable) {
    this.#realm = realm;
  }

  /** Something has entered the realm. */
  schedule(): void {
    this.#wasStuck = false;
    this.#set();
  }

  /** The same; resolves when it is known how that drain left the realm. */
  request(): Promise<DrainEnd> {
    if (this.#over !== undefined) return Promise.resolve(this.#over);
    this.#asked ??= Promise.withResolvers();
    this.schedule();
    return this.#asked.promise;
  }

  /** Nothing is drained any more. */
  [Symbol.dispose](): void {
    this.#end('disposed');
  }

  #set(): void {
    if (this.#unset !== undefined || this.#over !== undefined) return;
    this.#unset = setDrainImmediate(this.#resource, {
      drain: () => this.#run() === 'timed-out',
      ended: () => this.#realm.turnEnded(),
    });
  }

  #run(): DrainEnd {
    this.#unset = undefined;
    const end = this.#realm.drain();
    if (end === 'timed-out') this.#end(end);
    else if (end === 'stuck') this.#stuck();
    else this.#settle(end);
    return end;
  }

  #stuck(): void {
    // Once more: what the drain has set off in the host, in Node's module loader for one, may lead back into the realm.
    const isCertain = this.#wasStuck;
    this.#wasStuck = !isCertain;
    if (!isCertain) return this.#set();
    this.#realm.giveUp();
    this.#settle('stuck');
  }

  #settle(end: DrainEnd): void {
    this.#wasStuck = false;
    this.#asked?.resolve(end);
    this.#asked = undefined;
  }

  #end(end: DrainEnd): void {
    if (this.#over !== undefined) return;
    this.#over = end;
    this.#unset?.();
    this.#unset = undefined;
    this.#settle(end);
  }
}
