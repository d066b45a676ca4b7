import {
  type LogLine,
  type Parcel,
  type WaybillError,
  makeError,
  parcelByteLength,
  toWaybillError,
} from '@waybill/protocol';
import type { TurnEnd } from '../isolate/classify-rejection.ts';
import type { GuestRealm, HostMessage, JobMessage, RealmListener } from '../isolate/guest-realm.ts';
import { errorFromGuest, readDescribed } from './guest-failure.ts';
import { GuestTimers } from './guest-timers.ts';
import { HostCallDesk } from './host-call-desk.ts';
import type { GuestJobOptions, GuestUsage, Settlement } from './job-options.ts';
import { jobSettings } from './job-settings.ts';
import {
  cpuLimitError,
  deadlineError,
  isolateLostError,
  memoryLimitError,
  unresponsiveError,
} from './limit-errors.ts';
import { JobDeadline } from './job-deadline.ts';
import { JobTurns } from './job-turns.ts';
import { LogBook, logLevels } from './log-book.ts';

/** How long a guest may take to hear that its job was stopped, in ms: to run its abort listeners. */
const farewellMs = 50;

/**
 * One job in a realm, from its start until it settles, once.
 *
 * The result is a message of the kit. What a call into the isolate rejects with only says that the guest was
 * cut off or is gone.
 */
export class GuestJob implements RealmListener {
  /** Resolves when the job settles; never rejects. */
  readonly settled: Promise<Settlement>;
  readonly #realm: GuestRealm;
  readonly #options: GuestJobOptions;
  readonly #key: number;
  readonly #log: LogBook;
  readonly #desk: HostCallDesk;
  readonly #timers: GuestTimers;
  readonly #deadline: JobDeadline;
  #settle: (settlement: Settlement) => void = () => {};
  #state: 'running' | 'settled' = 'running';
  readonly #turns: JobTurns = new JobTurns();
  #wasCut = false;
  #hasBegun = false;
  #endedBy: 'guest' | 'outside' | 'cut-in' | undefined;

  constructor(realm: GuestRealm, options: GuestJobOptions) {
    this.#realm = realm;
    this.#options = options;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#log = new LogBook(options.limits, options.submittedMs);
    this.#desk = new HostCallDesk(options.limits, options.hostCall, (message) =>
      this.#enter(message),
    );
    this.#timers = new GuestTimers((id) => this.#enter({ kind: 'wake', id }));
    this.#key = realm.join(this);
    this.#deadline = new JobDeadline(options.deadlineMs, (there) => this.#deadlinePassed(there));
    this.#start();
  }

  /** Lines logged so far. */
  get logs(): readonly LogLine[] {
    return this.#log.lines;
  }

  /** Whether a turn of this job was cut off: what the guest was about is half done. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** Who ended the job; `cut-in`: somebody outside, while the guest was computing, which it may go on with. */
  get endedBy(): 'guest' | 'outside' | 'cut-in' | undefined {
    return this.#endedBy;
  }

  /** Whether a turn of this job was cut off or is still running: the realm should serve no further job. */
  get leavesRealmUnsure(): boolean {
    return this.#wasCut || this.#turns.count > 0;
  }

  /** Resolves when no turn of this job is in flight any more; where the guest cannot be stopped, never. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  usage(): GuestUsage {
    return {
      cpuMs: this.#turns.cpuMs,
      hostCalls: this.#desk.callCount,
      hostWaitMs: this.#desk.waitMs,
      logBytes: this.#log.keptBytes,
    };
  }

  /** Settles the job with an error from outside (cancelled, closing); does nothing where it has settled. */
  stop(error: WaybillError): void {
    this.#finish({ ok: false, error });
  }

  message(message: JobMessage): void {
    if (this.#state === 'settled') return;
    try {
      this.#heard(message);
    } catch (error) {
      // The addon would drop it, and the job would wait for its deadline.
      this.stop(toWaybillError(error));
    }
  }

  lost(): void {
    this.stop(isolateLostError());
  }

  #heard({ kind, id, n, a, b }: JobMessage): void {
    switch (kind) {
      case 'returned':
        return this.#returned({ text: a, bytes: b });
      case 'threw':
        return this.#threw(a);
      case 'call':
        return this.#desk.call(id, this.#realm.hostFunctionNames[n] ?? '', { text: a, bytes: b });
      case 'callback-returned':
        return this.#desk.callbackReturned(id, { text: a, bytes: b });
      case 'callback-threw':
        return this.#desk.callbackThrew(id, errorFromGuest(readDescribed(a), undefined));
      case 'log':
        return this.#logged(n, a);
      case 'timer-set':
        return this.#timers.set(id, n, a === 'again');
      case 'timer-cleared':
        return this.#timers.clear(id);
      case 'seen':
        return this.#options.onSeen?.(this.#options.context);
      // Told to the realm, under a key of its own.
      case 'loaded':
      case 'load-failed':
        return undefined;
    }
  }

  #start(): void {
    const { input, limits, context, program, onSeen } = this.#options;
    const settings = jobSettings(limits, context, onSeen !== undefined);
    const extra = [JSON.stringify(settings)];
    this.#enter({ kind: 'start', a: input.text, b: input.bytes, extra });
    if (program === undefined) return;
    this.#follow(this.#realm.load(program, () => this.#budgetMs())).catch((error: unknown) => {
      // What our parser took and the engine does not: said in the engine's words.
      const words = error instanceof Error ? error.message : String(error);
      this.stop(makeError('ERR_WAYBILL_GUEST_SYNTAX', words));
    });
  }

  // What is left for computing: nothing, once the job has settled.
  #budgetMs(): number {
    if (this.#state === 'settled') return 0;
    this.#hasBegun = true;
    const cpuLeftMs = this.#options.limits.cpuMs - this.#turns.cpuMs;
    return Math.max(1, Math.min(cpuLeftMs, this.#options.deadlineMs - performance.now()));
  }

  #enter(message: HostMessage): void {
    if (this.#state === 'settled') return;
    void this.#follow(this.#realm.enter(this.#key, message, () => this.#budgetMs()));
  }

  async #follow(turn: Promise<{ end: TurnEnd; cpuMs: number }>): Promise<void> {
    this.#turnEnded(await this.#turns.follow(turn));
  }

  #turnEnded(end: TurnEnd): void {
    switch (end) {
      case 'done':
      case 'stray':
        if (this.#turns.cpuMs > this.#options.limits.cpuMs) this.#budgetSpent();
        return;
      case 'timed-out':
        this.#wasCut = true;
        return this.#budgetSpent();
      case 'out-of-memory':
        return this.stop(memoryLimitError(this.#options.limits));
      case 'lost':
        return this.lost();
    }
  }

  #budgetSpent(): void {
    if (this.#deadline.isNear) return this.#deadlinePassed(!this.#deadline.isLongPast);
    this.stop(cpuLimitError(this.#options.limits));
  }

  #deadlinePassed(threadWasThere: boolean): void {
    const { limits } = this.#options;
    if (!threadWasThere || !this.#hasBegun) return this.stop(unresponsiveError(limits));
    // A guest that computes is not waiting, whatever it has asked for.
    this.stop(deadlineError(limits, this.#turns.count === 0 ? this.#desk.pendingNames : []));
  }

  #returned(value: Parcel): void {
    const { resultBytes } = this.#options.limits;
    const byteLength = parcelByteLength(value);
    if (byteLength <= resultBytes) return this.#finish({ ok: true, value }, true);
    const words = `the result takes ${byteLength} bytes, ${resultBytes} are allowed`;
    this.stop(makeError('ERR_WAYBILL_GUEST_RESULT_TOO_LARGE', words));
  }

  #threw(text: string): void {
    const described = readDescribed(text);
    const failure =
      described.hostCallId === undefined ? undefined : this.#desk.failureOf(described.hostCallId);
    this.#finish({ ok: false, error: errorFromGuest(described, failure) }, true);
  }

  #logged(level: number, text: string): void {
    const line = this.#log.add(logLevels[level] ?? 'log', text);
    if (line !== undefined) this.#options.onLog?.(line);
  }

  #finish(settlement: Settlement, toldByGuest = false): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#deadline.clear();
    this.#timers.clearAll();
    this.#desk.close();
    this.#endedBy = this.#turns.count > 0 ? 'cut-in' : 'outside';
    if (toldByGuest) this.#endedBy = 'guest';
    if (!toldByGuest) this.#tellGuest(settlement);
    this.#realm.leave(this.#key);
    this.#settle(settlement);
  }

  // In a realm that lives on, what the job left behind must hear that it is over.
  #tellGuest(settlement: Settlement): void {
    if (this.#options.program !== undefined) return;
    const reason = settlement.ok ? 'the job has ended' : settlement.error.message;
    const limitMs = Math.min(farewellMs, this.#options.limits.cpuMs);
    for (const message of [{ kind: 'abort', a: reason }, { kind: 'end' }] as const) {
      void this.#follow(this.#realm.enter(this.#key, message, () => limitMs));
    }
  }
}
