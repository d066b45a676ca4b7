import type { KitJob } from './kit-job.ts';
import type { GuestFunction, KitTools } from './kit-tools.ts';

interface Timer {
  readonly job: KitJob;
  readonly fn: GuestFunction;
  readonly args: unknown[];
  readonly repeats: boolean;
}

/**
 * The realm's `setTimeout`, `setInterval` and their counterparts; the host keeps the time.
 *
 * Self-contained: its text is evaluated inside guest realms. A timer belongs to the job whose turn it was set in
 * and ends with it. In a warm realm that is a good guess only, which is why it decides nothing but when the timer
 * goes away: what the callback may do is up to the closures it holds.
 */
export class KitTimers {
  readonly #tools: KitTools;
  readonly #timers: Map<unknown, Timer>;
  // Messages are handled on the host's event loop, which a flood of them would starve.
  readonly #mostPerTurn = 16_384;
  #sentThisTurn = 0;
  #lastId = 0;

  constructor(tools: KitTools) {
    this.#tools = tools;
    this.#timers = tools.p.makeMap() as Map<unknown, Timer>;
  }

  install(): void {
    const install = (name: string, value: GuestFunction): void => {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    };
    const setTimeout = (fn: unknown, ms?: unknown, ...args: unknown[]): number =>
      this.#set({ fn, ms, args, repeats: false }, setTimeout);
    const setInterval = (fn: unknown, ms?: unknown, ...args: unknown[]): number =>
      this.#set({ fn, ms, args, repeats: true }, setInterval);
    install('setTimeout', setTimeout);
    install('setInterval', setInterval);
    install('clearTimeout', (id: unknown) => this.#clear(id));
    install('clearInterval', (id: unknown) => this.#clear(id));
  }

  /** Told at the start of each turn. */
  turnBegins(): void {
    this.#sentThisTurn = 0;
  }

  /** Runs what timer `id` was set for. */
  wake(id: number): void {
    const { p, send, attempt } = this.#tools;
    const timer = p.mapGet(this.#timers, id);
    if (timer === undefined) return;
    if (timer.repeats) send('timer-set', timer.job.key, id, 0, 'again', '');
    else this.#forget(id, timer);
    attempt('timer', timer.fn, timer.args);
  }

  /** Forgets the timers of a job that is over; the host has done so too. */
  end(job: KitJob): void {
    if (job.timerCount === 0) return;
    this.#tools.p.mapForEach(this.#timers, (timer, id) => {
      if ((timer as Timer).job === job) this.#forget(id, timer as Timer);
    });
  }

  #set(
    asked: { fn: unknown; ms: unknown; args: unknown[]; repeats: boolean },
    called: GuestFunction,
  ): number {
    const { p, currentJob, send } = this.#tools;
    if (typeof asked.fn !== 'function') throw p.makeTypeError('a timer needs a function');
    // May run guest code, so it comes before anything is counted.
    const wanted = p.numberOf(asked.ms);
    // As browsers do: what is no delay is 0, what overflows fires at once.
    const delayMs = wanted > 0 && wanted < 2 ** 31 ? wanted : 0;
    const job = currentJob();
    if (job === undefined || job.ended) {
      throw this.#refusal('ERR_WAYBILL_JOB_ENDED', 'a timer needs a running job', called);
    }
    if (job.timerCount >= job.settings.timers) {
      const words = `a job may have ${job.settings.timers} timers at once`;
      throw this.#refusal('ERR_WAYBILL_TIMER_LIMIT', words, called);
    }
    if (++this.#sentThisTurn > this.#mostPerTurn) {
      const words = `a guest may set ${this.#mostPerTurn} timers without a pause`;
      throw this.#refusal('ERR_WAYBILL_TIMER_LIMIT', words, called);
    }
    const id = ++this.#lastId;
    job.timerCount += 1;
    const fn = asked.fn as GuestFunction;
    p.mapSet(this.#timers, id, { job, fn, args: asked.args, repeats: asked.repeats });
    try {
      send('timer-set', job.key, id, delayMs, asked.repeats ? 'every' : 'once', '');
    } catch (error) {
      // Where the stack ends here, the host knows of no timer.
      this.#forget(id, { job } as Timer);
      throw error;
    }
    return id;
  }

  // Ids can be guessed, so only the job whose turn it is loses a timer.
  #clear(id: unknown): void {
    const { p, send, currentJob } = this.#tools;
    const timer = p.mapGet(this.#timers, id);
    if (timer === undefined || timer.job !== currentJob()) return;
    send('timer-cleared', timer.job.key, id as number, 0, '', '');
    this.#forget(id, timer);
  }

  #forget(id: unknown, timer: Timer): void {
    this.#tools.p.mapDelete(this.#timers, id);
    timer.job.timerCount -= 1;
  }

  #refusal(
    code: 'ERR_WAYBILL_JOB_ENDED' | 'ERR_WAYBILL_TIMER_LIMIT',
    words: string,
    called: GuestFunction,
  ): Error {
    const { errors } = this.#tools;
    return errors.refusal(code, words, errors.framesOf(errors.callSite(called)));
  }
}
