import { escalationLadder, makeError } from '@waybill/protocol';
import type { GuestIsolate, IsolateState } from '../engine/guest-isolate.ts';
import type { EndedTurn, TurnEnd, TurnOwner, TurnTerms } from '../engine/turn.ts';
import { kitFilename, kitSource } from '../kit/kit-source.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import type { TransformedModule } from '../program/transform-module.ts';
import { AddonCalls, nothing } from './addon-calls.ts';
import { AddonRealm } from './addon-realm.ts';
import { type Context, type Isolate, type Reference, type Script, ivm } from './ivm.ts';
import type { AddonIsolateOptions } from './isolate-options.ts';
import { ScriptShelf, type ScriptSource } from './script-shelf.ts';
import { flushMs, ownWorkMs } from './time-limits.ts';
import { type Turn, TurnLine } from './turn-line.ts';
import { TurnQueue } from './turn-queue.ts';

function scriptOf({ text, shape, prefixLength }: TransformedModule): ScriptSource {
  return { text, filename: `waybill:${shape.specifier}`, prefixLength };
}

const kitScript: ScriptSource = { text: kitSource, filename: kitFilename, prefixLength: 0 };

/** What the addon says of a heap that ran out; its other catastrophe is a script that does not end. */
const heapRanOut = 'out-of-memory';

let lastIsolateNumber = 0;

/** One V8 heap and the turns that run in it. */
export class AddonIsolate implements GuestIsolate {
  readonly number: number = ++lastIsolateNumber;
  readonly memoryBytes: number;
  readonly bornMs: number = performance.now();
  readonly #isolate: Isolate;
  readonly #options: AddonIsolateOptions;
  readonly #turns: TurnQueue;
  readonly #line: TurnLine;
  readonly #calls: AddonCalls;
  readonly #scripts: ScriptShelf;
  readonly #realms: Set<AddonRealm> = new Set();
  #state: IsolateState = 'open';
  #kit: Script | undefined;
  #lastRealmNumber = 0;
  #tenant: string | undefined;
  #disposal: Promise<void> | undefined;

  constructor(options: AddonIsolateOptions) {
    this.#options = options;
    this.#tenant = options.tenant;
    this.memoryBytes = options.memoryBytes;
    this.#line = new TurnLine(options.cpuClock);
    this.#turns = new TurnQueue(options.gate, () => this.tenant);
    this.#isolate = new ivm.Isolate({
      memoryLimit: Math.ceil(options.memoryBytes / 2 ** 20),
      // Without a handler an exhausted heap aborts the process at once.
      onCatastrophicError: (message) =>
        this.#wedge(message, message.includes(heapRanOut) ? 'heap-broken' : 'lost'),
    });
    this.#calls = new AddonCalls(this.#isolate, options.cpuClock);
    this.#scripts = new ScriptShelf(this.#isolate, options.codeCache);
  }

  get state(): IsolateState {
    return this.#state;
  }

  get tenant(): string {
    return this.#tenant ?? '';
  }

  adopt(tenant: string): void {
    if (this.#tenant !== undefined && this.#tenant !== tenant) {
      throw makeError('ERR_WAYBILL_INTERNAL', 'an isolate was given to a second tenant');
    }
    this.#tenant = tenant;
  }

  /** Turns in flight; 0 where a turn may be told to be over. */
  get turnCount(): number {
    return this.#turns.inFlightCount;
  }

  isRunning(owner: TurnOwner): boolean {
    return this.#line.first?.owner === owner;
  }

  wallMs(cpuMs: number): number {
    return this.#options.cpuClock.wallMs(cpuMs);
  }

  async openRealm(): Promise<AddonRealm> {
    // Kept here: the shelf drops what a program of many modules pushes out.
    this.#kit ??= await this.#calls.insistently(() => this.#scripts.compile('', kitScript));
    const ground = { isolate: this.#isolate, kit: this.#kit, settings: this.#options.kit };
    const realm = await this.#calls.insistently(() =>
      AddonRealm.open(this, { ...ground, number: ++this.#lastRealmNumber }),
    );
    this.#realms.add(realm);
    return realm;
  }

  /** Called by a realm that is closed. */
  forget(realm: AddonRealm): void {
    this.#realms.delete(realm);
  }

  /**
   * Makes one entry into guest code, as soon as the isolate may run.
   *
   * @returns how it ended and how long it computed; never rejects
   */
  turn(
    enter: Reference<unknown>,
    args: readonly unknown[],
    { budget, owner }: TurnTerms,
  ): Promise<EndedTurn> {
    const { promise, resolve } = Promise.withResolvers<EndedTurn>();
    this.#turns.submit(async () => {
      // Nothing would ever be heard of it.
      if (this.#state === 'wedged') return resolve({ end: 'lost', cpuMs: 0 });
      const limitMs = budget();
      // Whoever asked for it is gone; where the isolate is, it is told so.
      if (limitMs <= 0 && this.#state === 'open') return resolve({ end: 'done', cpuMs: 0 });
      // What ran since the last turn was our own work: making realms.
      if (this.#turns.inFlightCount === 1) this.#calls.readRun();
      const mark = this.#options.cpuClock.mark();
      const turn: Turn = { owner, limitMs, mark, settle: resolve };
      this.#line.add(turn);
      const end = await this.#calls.enter(enter, args, limitMs);
      const ranMs = this.#calls.readRun();
      // What was cut off may have left microtasks, which would run in whatever comes next. Others may run before this does.
      if (end === 'timed-out') await this.#calls.enter(enter, nothing, flushMs);
      this.#endTurn(turn, end, ranMs);
      if (end === 'out-of-memory' || end === 'lost') this.#lose();
    });
    return promise;
  }

  /**
   * The module functions of a program in a realm, as references that the caller releases.
   *
   * @returns undefined where the isolate is gone, which may be known here first
   * @throws Error where the engine refuses a module, in the engine's words
   */
  async instantiate(
    program: PreparedProgram,
    context: Context,
  ): Promise<{ functions: Reference<unknown>[]; cpuMs: number } | undefined> {
    if (this.#turns.inFlightCount === 0) this.#calls.readRun();
    const mark = this.#options.cpuClock.mark();
    const owner = `${this.tenant}\n${program.hash}`;
    const made = await Promise.allSettled(
      program.modules.map(async (module) => {
        const script = await this.#calls.insistently(() =>
          this.#scripts.compile(owner, scriptOf(module)),
        );
        return this.#calls.insistently(
          async () =>
            (await script.run(context, {
              reference: true,
              timeout: ownWorkMs,
            })) as Reference<unknown>,
        );
      }),
    );
    const functions = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    for (const each of made) {
      if (each.status === 'fulfilled') continue;
      if (this.#isolate.isDisposed) return undefined;
      for (const reference of functions) reference.release();
      throw each.reason;
    }
    return { functions, cpuMs: this.#options.cpuClock.cpuMs(this.#calls.readRun() ?? 0, mark) };
  }

  /** See `GuestIsolate`. Waits for turns in flight. */
  async usedBytes(): Promise<number> {
    const heap = await this.#calls.unlimited(() => this.#isolate.getHeapStatistics());
    return heap.used_heap_size + heap.externally_allocated_size;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    if (this.#state === 'wedged') return;
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    this.#state = 'disposed';
    this.#closeTurns();
    this.#loseRealms();
    this.#scripts.clear();
    if (this.#calls.count === 0) return;
    const over = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.giveUp();
      over.resolve();
    };
    const grace = setTimeout(giveUp, escalationLadder.dispose.graceMs).unref();
    await Promise.race([this.#calls.settled(), over.promise]);
    clearTimeout(grace);
  }

  giveUp(): void {
    this.#wedge('guest code did not end when its isolate was disposed', 'lost');
  }

  // Turns end in order, so what ran since the last end belongs to the turn that ended now.
  #endTurn(turn: Turn, end: TurnEnd, ranMs = this.#calls.readRun()): void {
    const { cpuClock } = this.#options;
    const cpuMs = ranMs === undefined ? this.#line.cpuMs(turn) : cpuClock.cpuMs(ranMs, turn.mark);
    this.#line.remove(turn);
    turn.settle({ end, cpuMs });
  }

  #lose(): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.#closeTurns();
    // The job whose turn it was hears of it first, as the end of that turn, and is told so as the culprit.
    setImmediate(() => this.#loseRealms());
  }

  #closeTurns(): void {
    this.#line.close();
    this.#turns.close();
  }

  #loseRealms(): void {
    for (const realm of this.#realms) realm.lost();
    this.#realms.clear();
  }

  // No turn will be heard of again: each is told now how it ended, the running one first.
  #wedge(reason: string, end: 'heap-broken' | 'lost'): void {
    if (this.#state === 'wedged') return;
    this.#state = 'wedged';
    this.#closeTurns();
    const { first } = this.#line;
    first?.settle({ end, cpuMs: this.#line.cpuMs(first) });
    for (const turn of this.#line.clear()) turn.settle({ end: 'lost', cpuMs: 0 });
    this.#calls.abandon(reason);
    setImmediate(() => this.#loseRealms());
    this.#options.onWedged(this, reason);
  }
}
