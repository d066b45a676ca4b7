import {
  type GuestRealm,
  type HostMessage,
  type RealmListener,
  programKey,
} from '../../engine/guest-realm.ts';
import { RealmListeners } from '../../engine/realm-listeners.ts';
import type { EndedTurn, TurnOwner, TurnTerms } from '../../engine/turn.ts';
import type { PreparedProgram } from '../../program/prepare-program.ts';
import { drainContext } from '../drain-script.ts';
import { inheritsFrom } from '../prototype-chain.ts';
import { type RejectionOwner, strayRejections } from '../stray-rejections.ts';
import type { RealmGroup } from './realm-group.ts';
import type { RealmDoorSettings } from './kit/realm-door.ts';
import { type OpenedRealm, moduleFunctions, openVmContext } from './realm-scripts.ts';
import { type TurnGround, type TurnMeans, RealmTurns } from './realm-turns.ts';

/** Stray rejections of one turn that are told to its job: to read each takes an entry of its own. */
const maxStraysPerTurn = 16;

/** What the realms of one engine are made with. */
export interface RealmMeans extends TurnMeans {
  readonly settings: RealmDoorSettings;
  /** Told whose turn begins in this thread, and, with `undefined`, that it ended. */
  readonly onTurn: (owner: TurnOwner | undefined) => void;
}

/**
 * One `vm.Context` with the kit in place, and a microtask queue of its own.
 *
 * Guest code runs only in drains: on an empty stack, with a time limit, in the root context. No object crosses but the
 * module functions, which were made inside, and what a guest rejected a promise with, which goes back in unread.
 */
export class VmRealm implements GuestRealm, RejectionOwner, TurnGround {
  readonly isolate: RealmGroup;
  readonly id: string;
  readonly hostFunctionNames: readonly string[];
  readonly #means: RealmMeans;
  readonly #listeners: RealmListeners = new RealmListeners();
  readonly #turns: RealmTurns;
  readonly #promisePrototype: object;
  #opened: OpenedRealm | undefined;
  // Of the job whose turn it is, or was last: what nobody handles in it is told to that job.
  #turnKey: number = programKey;
  #strayCount = 0;

  /** Makes the realm; called by its group. */
  constructor(isolate: RealmGroup, number: number, means: RealmMeans) {
    this.isolate = isolate;
    this.id = `${isolate.number}.${number}`;
    this.hostFunctionNames = means.settings.hostFunctionNames;
    this.#means = means;
    this.#turns = new RealmTurns(this, means);
    this.#opened = openVmContext(means.settings);
    this.#promisePrototype = this.#opened.door.promisePrototype;
    strayRejections.add(this);
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
    const { kind, id = 0, n = 0, a = '', b = '', extra = [] } = message;
    return this.#turns.add(() => {
      if (jobKey !== programKey) this.#turnKey = jobKey;
      this.#opened?.door.enter(kind, jobKey, id, n, a, b, ...extra);
    }, terms);
  }

  async load(program: PreparedProgram, terms: TurnTerms): Promise<EndedTurn> {
    if (this.#opened === undefined) return { end: 'lost', cpuMs: 0 };
    const startedMs = performance.now();
    const extra = moduleFunctions(program, this.#opened.context);
    const compileMs = performance.now() - startedMs;
    const shapes = JSON.stringify(program.modules.map((module) => module.shape));
    const turn = await this.enter(programKey, { kind: 'load', a: shapes, extra }, terms);
    return { end: turn.end, cpuMs: compileMs + turn.cpuMs };
  }

  close(): void {
    if (this.#opened === undefined) return;
    this.#listeners.clear();
    this.#leave();
  }

  /** Called by the group when it is gone. */
  lost(): void {
    if (this.#opened === undefined) return;
    this.#leave();
    this.#listeners.lost();
  }

  drain(owner: TurnOwner, limitMs: number): void {
    if (this.#opened === undefined) return;
    this.#strayCount = 0;
    strayRejections.draining(this);
    this.#means.onTurn(owner);
    try {
      drainContext(this.#opened.context, limitMs);
    } finally {
      this.#means.onTurn(undefined);
    }
  }

  collect(): void {
    const { door } = this.#opened ?? {};
    for (let message = door?.take(); message !== undefined; message = door?.take()) {
      this.#listeners.hand(message);
    }
  }

  drained(): void {
    strayRejections.drained();
  }

  poisoned(): void {
    // The job whose turn it was hears of it first, as the end of that turn.
    setImmediate(() => this.lost());
  }

  owns(promise: object): boolean {
    return inheritsFrom(promise, this.#promisePrototype);
  }

  claim(_promise: object, reason: unknown): void {
    this.#strayCount += 1;
    if (this.#opened === undefined || this.#strayCount > maxStraysPerTurn) return;
    this.#listeners.stray(this.#turnKey, reason);
  }

  #leave(): void {
    this.#opened = undefined;
    this.isolate.forget(this);
    this.#turns.close();
    // What is rejected before this turn of the loop is over is the guest's all the same.
    setImmediate(() => strayRejections.remove(this));
  }
}
