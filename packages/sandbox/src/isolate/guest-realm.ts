import type {
  GuestMessage,
  GuestMessageKind,
  HostMessageKind,
  KitSettings,
} from '../kit/kit-types.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import { type Context, type Isolate, type Reference, ivm } from './ivm.ts';
import { kitFilename, kitSource } from '../kit/kit-source.ts';
import { ownWorkMs } from './time-limits.ts';
import type { EndedTurn, TurnTerms } from './turn-line.ts';

/** One message of the kit, without the job it is from; see `GuestMessageKind` for what the fields hold. */
export interface JobMessage {
  readonly kind: GuestMessageKind;
  readonly id: number;
  readonly n: number;
  readonly a: string;
  readonly b: string;
}

/** Who hears the messages that the kit sends for one job, and what becomes of the realm. */
export interface RealmListener {
  message(message: JobMessage): void;
  /** The isolate is gone; nothing more will be heard. */
  lost(): void;
}

/** One message of the host to the kit, without the job it is for. */
export interface HostMessage {
  readonly kind: HostMessageKind;
  readonly id?: number;
  readonly n?: number;
  readonly a?: string;
  readonly b?: string;
  readonly extra?: readonly unknown[];
}

/** What a realm is made of. */
export interface RealmGround {
  readonly isolate: Isolate;
  readonly settings: KitSettings;
}

/** The key under which messages about the realm's program arrive; jobs count from 1. */
const programKey = 0;

/**
 * One set of globals in an isolate, with the kit in place.
 *
 * Strings and numbers are all that crosses, in both directions: the kit tells through one callback, the host
 * enters through one function and with a time limit each time.
 */
export class GuestRealm {
  readonly isolate: GuestIsolate;
  readonly id: string;
  /** What its guests may call; host calls name a function by its index here. */
  readonly hostFunctionNames: readonly string[];
  readonly #context: Context;
  readonly #enter: Reference<unknown>;
  readonly #listeners: Map<number, RealmListener>;
  #lastKey: number = programKey;
  #state: 'open' | 'closed' = 'open';

  private constructor(
    isolate: GuestIsolate,
    settings: KitSettings,
    made: {
      readonly context: Context;
      readonly enter: Reference<unknown>;
      readonly listeners: Map<number, RealmListener>;
    },
  ) {
    this.isolate = isolate;
    this.id = `${isolate.number}.${nextRealmNumber(isolate)}`;
    this.hostFunctionNames = settings.hostFunctionNames;
    this.#context = made.context;
    this.#enter = made.enter;
    this.#listeners = made.listeners;
  }

  /** Makes the realm; called by its isolate. */
  static async open(owner: GuestIsolate, within: RealmGround): Promise<GuestRealm> {
    const { isolate, settings } = within;
    const listeners = new Map<number, RealmListener>();
    // Runs without any async context: the addon calls it from its own event.
    const heard = (...[kind, jobKey, id, n, a, b]: GuestMessage): void =>
      listeners.get(jobKey)?.message({ kind, id, n, a, b });
    const send = new ivm.Callback(heard, { ignored: true });
    const context = await isolate.createContext();
    const enter = (await context.evalClosure(kitSource, [send, JSON.stringify(settings)], {
      result: { reference: true },
      filename: kitFilename,
      timeout: ownWorkMs,
    })) as unknown as Reference<unknown>;
    return new GuestRealm(owner, settings, { context, enter, listeners });
  }

  /** Jobs that are open in this realm. */
  get jobCount(): number {
    return this.#listeners.size - (this.#listeners.has(programKey) ? 1 : 0);
  }

  /** Gives a job its key; messages under it go to the listener until `leave`. */
  join(listener: RealmListener): number {
    const key = ++this.#lastKey;
    this.#listeners.set(key, listener);
    return key;
  }

  leave(key: number): void {
    this.#listeners.delete(key);
  }

  /** Hears how the evaluation of the program ended; called once, and not where the isolate is lost before. */
  onProgram(heard: (failure: string | undefined) => void, lost: () => void): void {
    this.#listeners.set(programKey, {
      message: ({ kind, a }) => {
        this.#listeners.delete(programKey);
        heard(kind === 'load-failed' ? a : undefined);
      },
      lost,
    });
  }

  /** Makes one entry; see `GuestIsolate.turn`. In a closed realm nothing runs and the end is `lost`. */
  async enter(jobKey: number, message: HostMessage, terms: TurnTerms): Promise<EndedTurn> {
    if (this.#state === 'closed') return { end: 'lost', cpuMs: 0 };
    const { kind, id = 0, n = 0, a = '', b = '', extra = [] } = message;
    return this.isolate.turn(this.#enter, [kind, jobKey, id, n, a, b, ...extra], terms);
  }

  /**
   * Has the realm evaluate its one program; how that went is heard by `onProgram` and by the jobs that wait for it.
   *
   * @throws Error where the engine refuses what the parser took, in the engine's words
   */
  async load(program: PreparedProgram, terms: TurnTerms): Promise<EndedTurn> {
    const { functions, cpuMs: compileMs } = await this.isolate.instantiate(program, this.#context);
    try {
      const shapes = JSON.stringify(program.modules.map((module) => module.shape));
      const extra = functions.map((reference) => reference.derefInto());
      const turn = await this.enter(programKey, { kind: 'load', a: shapes, extra }, terms);
      return { end: turn.end, cpuMs: compileMs + turn.cpuMs };
    } finally {
      for (const reference of functions) reference.release();
    }
  }

  /** Frees the realm; guest code that still waits in it never runs again. Idempotent. */
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
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }
}

const realmCounts = new WeakMap<GuestIsolate, number>();

function nextRealmNumber(isolate: GuestIsolate): number {
  const next = (realmCounts.get(isolate) ?? 0) + 1;
  realmCounts.set(isolate, next);
  return next;
}
