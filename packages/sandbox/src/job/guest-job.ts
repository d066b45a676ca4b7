import {
  type Limits,
  type LogLine,
  type Parcel,
  type WaybillError,
  makeError,
  parcelByteLength,
} from '@waybill/protocol';
import type { TurnEnd } from '../isolate/classify-rejection.ts';
import type { GuestRealm, HostMessage, RealmListener } from '../isolate/guest-realm.ts';
import type { GuestMessageKind, JobSettings } from '../kit/kit-types.ts';
import type { PreparedProgram } from '../program/prepare-program.ts';
import { errorFromGuest, readDescribed } from './guest-failure.ts';
import { GuestTimers } from './guest-timers.ts';
import { HostCallDesk, type HostCallHandler } from './host-call-desk.ts';
import { LogBook, logLevels } from './log-book.ts';

/** How a job ended inside the sandbox. */
export type Settlement =
  | { readonly ok: true; readonly value: Parcel }
  | { readonly ok: false; readonly error: WaybillError };

/** What a job in a realm needs. */
export interface GuestJobOptions {
  readonly input: Parcel;
  readonly limits: Limits;
  /** The guest-visible context: pairs of name and JSON text. */
  readonly context: readonly (readonly [string, string])[];
  /** When the job must have settled, as `performance.now()` of this process. */
  readonly deadlineMs: number;
  /** When the job was submitted, on the same clock; log times count from it. */
  readonly submittedMs: number;
  /** The program to evaluate first; absent where the realm has one. */
  readonly program?: PreparedProgram | undefined;
  /** Runs host functions. Called in no async context: bind it to the job's. */
  readonly hostCall: HostCallHandler;
  /** Hears each log line as it is kept. Called in no async context. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
  /** Hears once what the guest sees of its context. Called in no async context. */
  readonly onSeen?: ((context: readonly (readonly [string, string])[]) => void) | undefined;
}

/** What a job used so far. */
export interface GuestUsage {
  readonly cpuMs: number;
  readonly hostCalls: number;
  readonly hostWaitMs: number;
  readonly logBytes: number;
}

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
  readonly #deadline: NodeJS.Timeout;
  #settle: (settlement: Settlement) => void = () => {};
  #state: 'running' | 'settled' = 'running';
  readonly #turns: Set<Promise<unknown>> = new Set();
  #cpuMs = 0;
  #wasCut = false;

  constructor(realm: GuestRealm, options: GuestJobOptions) {
    this.#realm = realm;
    this.#options = options;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#log = new LogBook(options.limits, options.submittedMs);
    this.#desk = new HostCallDesk(options.limits, options.hostCall, (message) => this.#enter(message));
    this.#timers = new GuestTimers((id) => this.#enter({ kind: 'wake', id }));
    this.#key = realm.join(this);
    const leftMs = options.deadlineMs - performance.now();
    this.#deadline = setTimeout(() => this.#deadlinePassed(), Math.max(0, leftMs));
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

  /** Whether a turn of this job was cut off or is still running: the realm should serve no further job. */
  get leavesRealmUnsure(): boolean {
    return this.#wasCut || this.#turns.size > 0;
  }

  /** Resolves when no turn of this job is in flight any more; where the guest cannot be stopped, never. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0) await Promise.allSettled(this.#turns);
  }

  usage(): GuestUsage {
    return {
      cpuMs: this.#cpuMs,
      hostCalls: this.#desk.callCount,
      hostWaitMs: this.#desk.waitMs,
      logBytes: this.#log.keptBytes,
    };
  }

  /** Settles the job with an error from outside (cancelled, closing); does nothing where it has settled. */
  stop(error: WaybillError): void {
    this.#finish({ ok: false, error });
  }

  message(kind: GuestMessageKind, id: number, n: number, a: string, b: string): void {
    if (this.#state === 'settled') return;
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
        return this.#options.onSeen?.(JSON.parse(a) as [string, string][]);
      case 'loaded':
      case 'load-failed':
        // Told to the realm, under a key of its own.
        return undefined;
    }
  }

  lost(): void {
    const message = 'the isolate that the job shared with other jobs of its tenant was lost';
    this.#finish({ ok: false, error: makeError('ERR_WAYBILL_ISOLATE_LOST', message) });
  }

  #start(): void {
    const { input, limits, context, program, onSeen } = this.#options;
    const settings: JobSettings = {
      maxChars: {
        result: limits.resultBytes,
        hostCall: limits.hostCallBytes,
        log: limits.logBytes,
      },
      maxDepth: limits.depth,
      hostCalls: limits.hostCalls,
      concurrentHostCalls: limits.concurrentHostCalls,
      timers: limits.timers,
      logLines: limits.logLines,
      context,
      trail: onSeen !== undefined,
    };
    this.#enter({ kind: 'start', a: input.text, b: input.bytes, extra: [JSON.stringify(settings)] });
    if (program === undefined) return;
    this.#count(this.#realm.load(program, this.#budgetMs())).catch((error: unknown) => {
      // What our parser took and the engine does not: said in the engine's words.
      const words = error instanceof Error ? error.message : String(error);
      this.stop(makeError('ERR_WAYBILL_GUEST_SYNTAX', words));
    });
  }

  // What is left for computing, and whether the deadline comes before the end of the cpu budget.
  #budgetMs(): number {
    const cpuLeftMs = this.#options.limits.cpuMs - this.#cpuMs;
    return Math.max(1, Math.min(cpuLeftMs, this.#options.deadlineMs - performance.now()));
  }

  #enter(message: HostMessage): void {
    if (this.#state === 'settled') return;
    void this.#count(this.#realm.enter(this.#key, message, this.#budgetMs()));
  }

  async #count(turn: Promise<{ end: TurnEnd; cpuMs: number }>): Promise<void> {
    this.#turns.add(turn);
    try {
      const { end, cpuMs } = await turn;
      this.#cpuMs += cpuMs;
      this.#turnEnded(end);
    } finally {
      this.#turns.delete(turn);
    }
  }

  #turnEnded(end: TurnEnd): void {
    switch (end) {
      case 'done':
      case 'stray':
        return;
      case 'timed-out':
        this.#wasCut = true;
        return this.#budgetSpent();
      case 'out-of-memory': {
        const { memoryBytes } = this.#options.limits;
        const message = `the isolate's heap grew past ${memoryBytes} bytes`;
        return this.stop(makeError('ERR_WAYBILL_GUEST_MEMORY_LIMIT', message));
      }
      case 'lost':
        return this.lost();
    }
  }

  #budgetSpent(): void {
    if (performance.now() >= this.#options.deadlineMs - 1) return this.#deadlinePassed();
    const { cpuMs } = this.#options.limits;
    this.stop(makeError('ERR_WAYBILL_GUEST_CPU_LIMIT', `the guest computed for more than ${cpuMs} ms`));
  }

  #deadlinePassed(): void {
    const waitsForHost = this.#turns.size === 0 && this.#desk.pendingNames.length > 0;
    const names = this.#desk.pendingNames.join(', ');
    const { wallMs } = this.#options.limits;
    this.stop(
      waitsForHost
        ? makeError(
            'ERR_WAYBILL_HOST_FUNCTION_TIMEOUT',
            `the deadline passed (${wallMs} ms after submit) while the guest waited for ${names}`,
            { details: { wallMs, pending: names } },
          )
        : makeError(
            'ERR_WAYBILL_DEADLINE_EXCEEDED',
            `the guest had not settled ${wallMs} ms after submit`,
            { details: { wallMs } },
          ),
    );
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
    clearTimeout(this.#deadline);
    this.#timers.clearAll();
    this.#desk.close();
    if (!toldByGuest) this.#tellGuest(settlement);
    this.#realm.leave(this.#key);
    this.#settle(settlement);
  }

  // In a realm that lives on, what the job left behind must hear that it is over.
  #tellGuest(settlement: Settlement): void {
    if (this.#options.program !== undefined) return;
    const reason = settlement.ok ? 'the job has ended' : settlement.error.message;
    const limitMs = Math.max(1, Math.min(50, this.#options.limits.cpuMs));
    void this.#realm.enter(this.#key, { kind: 'abort', a: reason }, limitMs);
    void this.#realm.enter(this.#key, { kind: 'end' }, limitMs);
  }
}
