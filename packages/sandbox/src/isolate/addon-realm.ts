import {
  type GuestRealm,
  type HostMessage,
  type RealmListener,
  programKey,
} from '../engine/guest-realm.ts';
import { RealmListeners } from '../engine/realm-listeners.ts';
import type { EndedTurn, TurnTerms } from '../engine/turn.ts';
import type { GuestMessage, KitSettings } from '../kit/kit-types.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { AddonIsolate } from './addon-isolate.ts';
import { type Context, type Isolate, type Reference, type Script, ivm } from './ivm.ts';
import { ownWorkMs } from './time-limits.ts';

/** What a realm is made of. */
export interface RealmGround {
  readonly isolate: Isolate;
  /** The kit, compiled in the isolate: once for all its realms. */
  readonly kit: Script;
  readonly settings: KitSettings;
  /** Which realm of its isolate it is. */
  readonly number: number;
}

/** What was made in the isolate. */
interface MadeRealm {
  readonly context: Context;
  readonly enter: Reference<unknown>;
  readonly listeners: RealmListeners;
}

/**
 * One set of globals in an isolate of the addon, with the kit in place.
 *
 * Strings and numbers are all that crosses, in both directions: the kit tells through one callback, the host
 * enters through one function and with a time limit each time.
 */
export class AddonRealm implements GuestRealm {
  readonly isolate: AddonIsolate;
  readonly id: string;
  readonly hostFunctionNames: readonly string[];
  readonly #context: Context;
  readonly #enter: Reference<unknown>;
  readonly #listeners: RealmListeners;
  #state: 'open' | 'closed' = 'open';

  private constructor(
    isolate: AddonIsolate,
    { settings, number }: RealmGround,
    { context, enter, listeners }: MadeRealm,
  ) {
    this.isolate = isolate;
    this.id = `${isolate.number}.${number}`;
    this.hostFunctionNames = settings.hostFunctionNames;
    this.#context = context;
    this.#enter = enter;
    this.#listeners = listeners;
  }

  /** Makes the realm; called by its isolate. */
  static async open(owner: AddonIsolate, ground: RealmGround): Promise<AddonRealm> {
    const { isolate, kit, settings } = ground;
    const listeners = new RealmListeners();
    // Runs without any async context: the addon calls it from its own event.
    const heard = (...message: GuestMessage): void => listeners.hand(message);
    const send = new ivm.Callback(heard, { ignored: true });
    const context = await isolate.createContext();
    const limited = { timeout: ownWorkMs };
    const make = (await kit.run(context, { reference: true, ...limited })) as Reference<unknown>;
    const made: unknown = await make.apply(undefined, [send, JSON.stringify(settings)], {
      result: { reference: true },
      ...limited,
    });
    const enter = made as Reference<unknown>;
    make.release();
    return new AddonRealm(owner, ground, { context, enter, listeners });
  }

  get jobCount(): number {
    return this.#listeners.jobCount;
  }

  join(listener: RealmListener): number {
    return this.#listeners.join(listener);
  }

  leave(key: number): void {
    this.#listeners.leave(key);
  }

  onProgram(heard: (failure: string | undefined) => void, lost: () => void): void {
    this.#listeners.onProgram(heard, lost);
  }

  enter(jobKey: number, message: HostMessage, terms: TurnTerms): Promise<EndedTurn> {
    if (this.#state === 'closed') return Promise.resolve({ end: 'lost', cpuMs: 0 });
    const { kind, id = 0, n = 0, a = '', b = '', extra = [] } = message;
    return this.isolate.turn(this.#enter, [kind, jobKey, id, n, a, b, ...extra], terms);
  }

  async load(program: PreparedProgram, terms: TurnTerms): Promise<EndedTurn> {
    const made = await this.isolate.instantiate(program, this.#context);
    if (made === undefined) return { end: 'lost', cpuMs: 0 };
    const { functions, cpuMs: compileMs } = made;
    try {
      const shapes = JSON.stringify(program.modules.map((module) => module.shape));
      const extra = functions.map((reference) => reference.derefInto());
      const turn = await this.enter(programKey, { kind: 'load', a: shapes, extra }, terms);
      return { end: turn.end, cpuMs: compileMs + turn.cpuMs };
    } finally {
      for (const reference of functions) reference.release();
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.isolate.forget(this);
    this.#listeners.clear();
    if (this.isolate.state !== 'open') return;
    this.#enter.release();
    this.#context.release();
  }

  /** Called by the isolate when it is gone. */
  lost(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#listeners.lost();
  }
}
