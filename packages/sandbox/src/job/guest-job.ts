import { type LogLine, type Parcel, type WaybillError, toWaybillError } from '@waybill/protocol';
import type { GuestRealm, HostMessage, JobMessage, RealmListener } from '../engine/guest-realm.ts';
import type { TurnEnd, TurnOwner, TurnTerms } from '../engine/turn.ts';
import { sayFarewell } from './farewell.ts';
import { engineSyntaxError, errorOfThrown } from './guest-failure.ts';
import { GuestTimers } from './guest-timers.ts';
import { HostCallDesk } from './host-call-desk.ts';
import type { GuestJobOptions, GuestUsage, Settlement } from './job-options.ts';
import { jobSettings } from './job-settings.ts';
import { isolateLostError, resultSizeError } from './limit-errors.ts';
import { type DeadlineState, JobDeadline } from './job-deadline.ts';
import { JobTurns } from './job-turns.ts';
import { LogBook, logLevels } from './log-book.ts';
import { type Stoppable, StuckWatch } from './stuck-watch.ts';
import { type JobFacts, deadlineVerdict, cutVerdict, turnVerdict } from './turn-verdict.ts';

/**
 * One job in a realm, from its start until it settles, once.
 *
 * The result is a message of the kit. What a call into the isolate rejects with only says that the guest was
 * cut off or is gone.
 */
export class GuestJob implements RealmListener, TurnOwner, Stoppable {
  readonly attemptId: number;
  readonly #realm: GuestRealm;
  readonly #options: GuestJobOptions;
  readonly #key: number;
  readonly #log: LogBook;
  readonly #desk: HostCallDesk;
  readonly #timers: GuestTimers;
  readonly #deadline: JobDeadline;
  readonly #settled: PromiseWithResolvers<Settlement> = Promise.withResolvers();
  readonly #overdue: PromiseWithResolvers<void> = Promise.withResolvers();
  #state: 'running' | 'settled' = 'running';
  readonly #turns: JobTurns = new JobTurns((end) => this.#turnEnded(end));
  readonly #stuck: StuckWatch = new StuckWatch(this);
  #cutBy: 'interrupt' | 'wedge' | undefined;
  #hasBegun = false;
  #endedBy: 'guest' | 'outside' | 'cut-in' | undefined;

  constructor(realm: GuestRealm, options: GuestJobOptions) {
    this.attemptId = options.attemptId;
    this.#realm = realm;
    this.#options = options;
    const { limits, submittedMs: sinceMs, onLog: onLine } = options;
    this.#log = new LogBook({ limits, sinceMs, onLine });
    const enter = (message: HostMessage): void => this.#enter(message);
    this.#desk = new HostCallDesk(limits, options.hostCall, enter);
    this.#timers = new GuestTimers(limits.timers, (id) => enter({ kind: 'wake', id }));
    this.#key = realm.join(this);
    this.#deadline = new JobDeadline(options.deadlineMs, (state) =>
      this.stop(deadlineVerdict(this.#facts(state))),
    );
    this.#start();
  }

  /** Resolves when the job settles; never rejects. */
  get settled(): Promise<Settlement> {
    return this.#settled.promise;
  }

  /** Resolves when a turn of this job computes on although its limit should have cut it off. */
  get overdue(): Promise<void> {
    return this.#overdue.promise;
  }

  /** Lines logged so far. */
  get logs(): readonly LogLine[] {
    return this.#log.lines;
  }

  /** What cut a turn of this job off, if anything did; `wedge`: it broke the heap of its isolate. */
  get cutBy(): 'interrupt' | 'wedge' | undefined {
    return this.#cutBy;
  }

  /** Whether a turn of this job is the one that runs in its isolate. */
  get isComputing(): boolean {
    return this.#realm.isolate.isRunning(this);
  }

  /** Who ended the job; `cut-in`: somebody outside, while the guest was computing, which it may go on with. */
  get endedBy(): 'guest' | 'outside' | 'cut-in' | undefined {
    return this.#endedBy;
  }

  /** Whether a turn of this job was cut off or is still running: the realm should serve no further job. */
  get leavesRealmUnsure(): boolean {
    return this.#cutBy !== undefined || this.#turns.count > 0;
  }

  /** Resolves when no turn of this job is in flight any more; where the guest cannot be stopped, never. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  /** Resolves when no turn of this job runs; one may still wait behind other jobs'. Never, where it cannot be stopped. */
  async quiet(): Promise<void> {
    while (this.isComputing) await this.#turns.nextEnd();
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

  stray(reason: unknown): void {
    this.#enter({ kind: 'stray', extra: [reason] });
  }

  lost(): void {
    this.stop(isolateLostError());
  }

  turnOverdue(cpuMs: number): void {
    this.#overdue.resolve();
    const facts = this.#facts();
    this.stop(cutVerdict({ ...facts, cpuMs: facts.cpuMs + cpuMs }));
  }

  #heard({ kind, id, n, a, b }: JobMessage): void {
    switch (kind) {
      case 'returned':
        return this.#returned({ text: a, bytes: b });
      case 'threw':
        return this.#finish({ ok: false, error: this.#errorOf(a) }, true);
      case 'call':
        return this.#desk.call(id, this.#realm.hostFunctionNames[n] ?? '', { text: a, bytes: b });
      case 'callback-returned':
        return this.#desk.callbackReturned(id, { text: a, bytes: b });
      case 'callback-threw':
        return this.#desk.callbackThrew(id, this.#errorOf(a));
      case 'log':
        return this.#log.add(logLevels[n] ?? 'log', a);
      case 'timer-set':
        return a === 'again' ? this.#timers.again(id) : this.#timers.set(id, n, a === 'every');
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
    this.#turns.follow(this.#realm.load(program, this.#terms)).catch((error: unknown) => {
      this.stop(engineSyntaxError(error));
    });
  }

  // Until the job has settled, what is left for computing; nothing from then on.
  readonly #terms: TurnTerms = {
    owner: this,
    budget: () => {
      if (this.#state === 'settled') return 0;
      this.#hasBegun = true;
      const cpuLeftMs = this.#options.limits.cpuMs - this.#turns.cpuMs;
      const leftMs = this.#options.deadlineMs - performance.now();
      return Math.max(1, Math.min(this.#realm.isolate.wallMs(cpuLeftMs), leftMs));
    },
  };

  #enter(message: HostMessage): void {
    if (this.#state === 'settled') return;
    void this.#turns.follow(this.#realm.enter(this.#key, message, this.#terms));
  }

  #turnEnded(end: TurnEnd): void {
    if (end === 'timed-out') this.#cutBy ??= 'interrupt';
    if (end === 'heap-broken') this.#cutBy = 'wedge';
    const error = turnVerdict(end, this.#facts());
    if (error !== undefined) this.stop(error);
    else this.#stuck.look();
  }

  get isStuck(): boolean {
    if (this.#state === 'settled' || this.#turns.count + this.#timers.count > 0) return false;
    // In a realm that many jobs share, one that is still to come may settle what this one waits for.
    return this.#options.program !== undefined && this.#desk.isIdle;
  }

  #facts(deadline: DeadlineState = this.#deadline.state): JobFacts {
    return {
      deadline,
      limits: this.#options.limits,
      cpuMs: this.#turns.cpuMs,
      hasBegun: this.#hasBegun,
      // A guest that computes is not waiting, whatever it has asked for.
      waitsFor: () => (this.#turns.count === 0 ? this.#desk.pendingNames : []),
    };
  }

  #returned(value: Parcel): void {
    const error = resultSizeError(this.#options.limits, value);
    if (error === undefined) this.#finish({ ok: true, value }, true);
    else this.stop(error);
  }

  #errorOf(text: string): WaybillError {
    return errorOfThrown(text, (hostCallId) => this.#desk.failureOf(hostCallId));
  }

  #finish(settlement: Settlement, toldByGuest = false): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#deadline.clear();
    this.#timers.clearAll();
    this.#desk.close();
    this.#endedBy = toldByGuest ? 'guest' : this.isComputing ? 'cut-in' : 'outside';
    if (!toldByGuest) this.#tellGuest(settlement);
    this.#realm.leave(this.#key);
    this.#settled.resolve(settlement);
  }

  // In a realm that lives on, what the job left behind must hear that it is over.
  #tellGuest(settlement: Settlement): void {
    const { program, limits } = this.#options;
    if (program !== undefined) return;
    const whom = { realm: this.#realm, key: this.#key, cpuMs: limits.cpuMs, owner: this };
    for (const turn of sayFarewell(whom, settlement)) void this.#turns.follow(turn);
  }
}
