import { type Parcel, ParcelReader, ParcelWriter } from '@waybill/protocol';
import { ErrorDesk } from './error-desk.ts';
import { GuestCallbacks } from './guest-callbacks.ts';
import { makeContext } from './guest-context.ts';
import { type GuestEnvironment, makeEnvironment } from './guest-environment.ts';
import { GuestLog } from './guest-log.ts';
import { GuestSignal } from './guest-signal.ts';
import { hardenRealm } from './harden-realm.ts';
import { HostCalls } from './host-calls.ts';
import { HostObjects } from './host-object.ts';
import { KitJob } from './kit-job.ts';
import { type KitPrimordials, captureKitPrimordials } from './kit-primordials.ts';
import { type Entry, KitProgram } from './kit-program.ts';
import { type GuestFunction, type KitTools, subscribe } from './kit-tools.ts';
import type {
  EnterGuest,
  HostMessageKind,
  JobSettings,
  KitSettings,
  SendToHost,
} from './kit-types.ts';
import { makeParcelHooks } from './parcel-hooks.ts';
import { KitTimers } from './timers.ts';

/**
 * The kit of one realm: set up before any guest code, and from then on what stands between the guest and the host.
 *
 * Self-contained together with the parts named in `kit-source.ts`: their texts are evaluated inside guest realms.
 * Everything of value lives in private fields and closures (the callback to the host, the jobs); guest code holds
 * only functions made for its own job.
 */
export class Kit {
  readonly #p: KitPrimordials = captureKitPrimordials();
  readonly #tools: KitTools;
  readonly #jobs: Map<number, KitJob>;
  readonly #log: GuestLog;
  readonly #calls: HostCalls;
  readonly #hosts: HostObjects;
  readonly #callbacks: GuestCallbacks;
  readonly #timers: KitTimers;
  readonly #program: KitProgram;
  #current: KitJob | undefined;
  #settings: JobSettings | undefined;
  #settingsText = '';

  constructor(send: SendToHost, { hostFunctionNames: names }: KitSettings) {
    const p = this.#p;
    const { isProxy, NativeProxy } = hardenRealm();
    const errors = new ErrorDesk(p);
    const tools: KitTools = {
      p,
      errors,
      writer: new ParcelWriter(p),
      reader: new ParcelReader(p),
      hooks: makeParcelHooks(p, isProxy, (fault) => errors.faultError(fault)),
      send,
      currentJob: () => this.#current,
      attempt: (what, fn, args) => this.#attempt(what, fn, args),
    };
    this.#tools = tools;
    this.#jobs = p.makeMap() as Map<number, KitJob>;
    this.#log = new GuestLog(p, errors, send);
    this.#calls = new HostCalls(tools);
    this.#hosts = new HostObjects(tools, this.#calls, { names, NativeProxy });
    this.#callbacks = new GuestCallbacks(tools);
    this.#timers = new KitTimers(tools);
    this.#program = new KitProgram(tools);
    this.#log.installConsole(tools.currentJob);
    this.#timers.install();
    this.#installQueueMicrotask();
  }

  /** Handles one message of the host. */
  readonly enter: EnterGuest = (kind, jobKey, id, n, a, b, ...extra) => {
    this.#timers.turnBegins();
    const parcel = { text: a, bytes: b };
    if (kind === 'load') return this.#program.load(a, extra);
    if (kind === 'start') return this.#start(jobKey, parcel, extra[0] as string);
    const job = this.#p.mapGet(this.#jobs, jobKey);
    // An entry about no job is nobody's turn.
    if (job === undefined) return;
    this.#current = job;
    this.#handle(job, kind, { id, n, parcel, extra });
  };

  #handle(
    job: KitJob,
    kind: Exclude<HostMessageKind, 'load' | 'start'>,
    { id, n, parcel, extra }: { id: number; n: number; parcel: Parcel; extra: unknown[] },
  ): void {
    switch (kind) {
      case 'resolve':
        return this.#calls.resolve(job, id, parcel);
      case 'reject':
        return this.#calls.reject(job, id, parcel.text);
      case 'callback':
        return this.#callbacks.call(job, { id, n }, parcel);
      case 'wake':
        return this.#timers.wake(id);
      case 'stray':
        return this.#stray(extra[0]);
      case 'abort':
        return this.#abort(job, parcel.text);
      case 'end':
        return this.#end(job);
    }
  }

  #start(key: number, input: Parcel, settingsText: string): void {
    const p = this.#p;
    const job = new KitJob(p, key, this.#settingsOf(settingsText));
    p.mapSet(this.#jobs, key, job);
    this.#current = job;
    const environment = this.#environmentOf(job);
    if (job.settings.trail) this.#tools.send('seen', key, 0, 0, '', '');
    this.#program.whenLoaded(job, (entry, failure) => {
      if (entry === undefined) this.#settle(job, 'threw', { text: failure, bytes: '' });
      else this.#begin(job, entry, { input, environment });
    });
  }

  // Jobs of one function mostly have the same.
  #settingsOf(text: string): JobSettings {
    if (text !== this.#settingsText) {
      this.#settings = this.#p.parse(text) as JobSettings;
      this.#settingsText = text;
    }
    return this.#settings as JobSettings;
  }

  #environmentOf(job: KitJob): GuestEnvironment {
    const { p, errors } = this.#tools;
    return makeEnvironment(p, {
      host: () => this.#hosts.objectFor(job),
      context: () => makeContext(p, errors, job),
      signal: () => this.#signalOf(job),
      log: () => this.#log.functionFor(job),
    });
  }

  #signalOf(job: KitJob): object {
    const signal = new GuestSignal(this.#p, this.#tools.errors, this.#tools.attempt);
    job.signal = signal;
    if (job.abortedBy !== undefined) signal.abort(job.abortedBy);
    return signal.object;
  }

  #abort(job: KitJob, why: string): void {
    job.abortedBy = why;
    job.signal?.abort(why);
  }

  #begin(job: KitJob, entry: Entry, given: { input: Parcel; environment: object }): void {
    const { p, reader, hooks } = this.#tools;
    // A program that took its time may have been evaluated in another job's turn.
    this.#current = job;
    try {
      const input = reader.read(given.input, hooks);
      void subscribe(
        p.apply(entry, undefined, [input, given.environment]),
        (value) => this.#returned(job, value),
        (error) => this.#threw(job, error),
      );
    } catch (error) {
      this.#threw(job, error);
    }
  }

  #returned(job: KitJob, value: unknown): void {
    const { writer, hooks, errors } = this.#tools;
    const { maxChars, maxDepth } = job.settings;
    try {
      const limits = { maxChars: maxChars.result, maxDepth };
      this.#settle(job, 'returned', writer.write(value, limits, hooks));
    } catch (error) {
      const fault = errors.faultOf(error);
      if (fault === undefined) return this.#threw(job, error);
      const code =
        fault.reason === 'too-large'
          ? 'ERR_WAYBILL_GUEST_RESULT_TOO_LARGE'
          : 'ERR_WAYBILL_GUEST_RESULT_NOT_CARRIABLE';
      const words = `the result cannot cross: ${fault.path}: ${fault.found}`;
      this.#threw(job, errors.refusal(code, words));
    }
  }

  #threw(job: KitJob, error: unknown): void {
    const text = this.#tools.errors.describe(error, job.key);
    this.#settle(job, 'threw', { text, bytes: '' });
  }

  #settle(job: KitJob, kind: 'returned' | 'threw', { text, bytes }: Parcel): void {
    if (job.ended) return;
    // The host first: what ending a job sets off in the guest is no longer the job's business.
    this.#tools.send(kind, job.key, 0, 0, text, bytes);
    this.#end(job);
  }

  #end(job: KitJob): void {
    if (job.ended) return;
    job.ended = true;
    this.#p.mapDelete(this.#jobs, job.key);
    this.#program.end(job);
    this.#timers.end(job);
    this.#calls.end(job);
  }

  #stray(reason: unknown): void {
    const raise = (): never => {
      throw reason;
    };
    this.#attempt('promise', raise, []);
  }

  #attempt(what: string, fn: GuestFunction, args: unknown[]): void {
    try {
      this.#p.apply(fn, undefined, args as never[]);
    } catch (error) {
      const { name, message } = this.#p.parse(this.#tools.errors.describe(error)) as Error;
      this.#log.line(this.#current, 4, `uncaught in ${what}: ${name}: ${message}`);
    }
  }

  #installQueueMicrotask(): void {
    const { p, attempt } = this.#tools;
    const value = (fn: unknown): void => {
      if (typeof fn !== 'function') throw p.makeTypeError('queueMicrotask needs a function');
      const run = (): void => attempt('microtask', fn as GuestFunction, []);
      void subscribe(undefined, run, run);
    };
    Object.defineProperty(globalThis, 'queueMicrotask', {
      value,
      writable: true,
      configurable: true,
    });
  }
}
