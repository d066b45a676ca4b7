import { Kit } from '../../../kit/kit.ts';
import { type KitPrimordials, captureKitPrimordials } from '../../../kit/kit-primordials.ts';
import { subscribe } from '../../../kit/kit-tools.ts';
import type { EnterGuest, GuestMessage, KitSettings } from '../../../kit/kit-types.ts';

/** What a realm is made for. */
export interface RealmDoorSettings extends KitSettings {
  /** Whether errors of the realm have stack frames. */
  readonly stacks: boolean;
}

/**
 * The kit of one realm of the engine `realm`, and the door in front of it. The host holds it; guest code never sees it.
 *
 * Self-contained together with the parts named in `realm-door-source.ts`: their texts are evaluated inside the realm.
 *
 * No function of the host is ever called from here, because a guest that exhausts the stack there would catch an error of
 * the host's realm. What the kit tells waits in a box until the host takes it; what the host asks is done by a microtask,
 * so that guest code runs in the drain alone, inside its time limit.
 */
export class RealmDoor {
  readonly #p: KitPrimordials = captureKitPrimordials();
  readonly #box: Map<unknown, GuestMessage> = this.#p.makeMap() as Map<unknown, GuestMessage>;
  readonly #kit: Kit;
  #lastPut = 0;
  #lastTaken = 0;

  /** What every promise of the realm inherits from. */
  readonly promisePrototype: object = Promise.prototype;

  constructor(settings: RealmDoorSettings) {
    if (!settings.stacks) this.#omitStacks();
    this.#kit = new Kit((...message) => this.#put(message), settings);
  }

  /** Has the kit handle one message of the host in the next drain. */
  enter(...message: Parameters<EnterGuest>): void {
    const run = (): void => this.#p.apply(this.#kit.enter, undefined, message);
    // Awaiting a primitive asks nobody anything.
    void subscribe(undefined, run, run);
  }

  /** Takes the next message out of the box: an array of the realm. Only its items may be read, by their numbers. */
  take(): GuestMessage | undefined {
    if (this.#lastTaken === this.#lastPut) return undefined;
    this.#lastTaken += 1;
    const message = this.#p.mapGet(this.#box, this.#lastTaken);
    this.#p.mapDelete(this.#box, this.#lastTaken);
    return message;
  }

  #put(message: GuestMessage): void {
    // Counted only when it is in: a guest may have left too little stack for it.
    this.#p.mapSet(this.#box, this.#lastPut + 1, message);
    this.#lastPut += 1;
  }

  // V8 keeps frames where it finds a data property that is a number. A guest may set it, as libraries do; nothing comes of it.
  #omitStacks(): void {
    const none = { __proto__: null, get: () => 0, set: () => undefined, configurable: false };
    Object.defineProperty(Error, 'stackTraceLimit', none as PropertyDescriptor);
  }
}
