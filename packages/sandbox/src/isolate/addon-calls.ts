import type { TurnEnd } from '../engine/turn.ts';
import { classifyRejection } from './classify-rejection.ts';
import type { CpuClock } from '../engine/cpu-clock.ts';
import type { Isolate, Reference } from './ivm.ts';
import { flushMs } from './time-limits.ts';

/** An entry about no job: it does nothing. */
export const nothing = ['end', -1, 0, 0, '', ''] as const;

/** The calls of the addon for one isolate that are under way: as long as there are any, the isolate runs. */
export class AddonCalls {
  readonly #isolate: Isolate;
  readonly #clock: CpuClock;
  readonly #underWay: Set<Promise<unknown>> = new Set();
  readonly #abandon: Set<(reason: Error) => void> = new Set();
  #lastEnter: Reference<unknown> | undefined;
  #readMs = 0;
  #runStartMs = 0;
  #endRun: ((ranMs: number | undefined) => void) | undefined;

  constructor(isolate: Isolate, clock: CpuClock) {
    this.#isolate = isolate;
    this.#clock = clock;
  }

  get count(): number {
    return this.#underWay.size;
  }

  /** Counts a call as under way until it has settled. */
  track<T>(call: Promise<T>): Promise<T> {
    if (this.#underWay.size === 0) {
      this.#runStartMs = this.#ranMs() ?? 0;
      this.#endRun = this.#clock.begin();
    }
    this.#underWay.add(call);
    const forget = (): void => {
      this.#underWay.delete(call);
      if (this.#underWay.size === 0) this.#stopsRunning();
    };
    call.then(forget, forget);
    return call;
  }

  /**
   * Makes a call that has no time limit.
   *
   * A turn that is cut off may leave microtasks, and the addon runs them in whatever comes next. Where a turn is under way,
   * it may be this call that comes next: so an entry that does nothing, and has a limit, goes before it.
   */
  unlimited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay.size > 0 && this.#lastEnter !== undefined) {
      void this.enter(this.#lastEnter, nothing, flushMs);
    }
    return this.track(work());
  }

  /** Makes one entry into guest code. @returns how it ended; never rejects */
  async enter(
    enter: Reference<unknown>,
    args: readonly unknown[],
    limitMs: number,
  ): Promise<TurnEnd> {
    // The addon takes whole milliseconds, and 0 as "no limit".
    const timeoutMs = Math.max(1, Math.ceil(limitMs));
    const startedMs = performance.now();
    this.#lastEnter = enter;
    try {
      await this.track(enter.apply(undefined, args as never[], { timeout: timeoutMs }));
      return 'done';
    } catch (error) {
      const tookMs = performance.now() - startedMs;
      const { isDisposed } = this.#isolate;
      return classifyRejection(error, { isDisposed, tookMs, timeoutMs });
    }
  }

  /**
   * Does work of ours that guest code has no part in.
   *
   * It can still be handed an unhandled rejection that some guest left behind. The addon reports such errors once, so
   * the second answer is about the work itself.
   */
  async insistently<T>(work: () => Promise<T>): Promise<T> {
    const abandoned = Promise.withResolvers<never>();
    this.#abandon.add(abandoned.reject);
    try {
      return await Promise.race([this.#twice(work), abandoned.promise]);
    } finally {
      this.#abandon.delete(abandoned.reject);
    }
  }

  async #twice<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.unlimited(work);
    } catch (error) {
      if (this.#isolate.isDisposed) throw error;
      return this.unlimited(work);
    }
  }

  /** Resolves when all that is under way now has settled; where the isolate cannot be stopped, never. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Time on the wall that the isolate ran since this was last asked, in ms; `undefined` where the isolate is gone. */
  readRun(): number | undefined {
    const ranMs = this.#ranMs();
    if (ranMs === undefined) return undefined;
    // Where the addon counts cpu time, it counts what still runs on the wall: a later reading may be the lower one.
    const addedMs = Math.max(0, ranMs - this.#readMs);
    this.#readMs = ranMs;
    return addedMs;
  }

  /** Waits for nothing any longer: work of ours that is under way fails with the reason. */
  abandon(reason: string): void {
    for (const reject of this.#abandon) reject(new Error(reason));
    this.#abandon.clear();
    this.#stopsRunning();
  }

  #stopsRunning(): void {
    const ranMs = this.#ranMs();
    this.#endRun?.(ranMs === undefined ? undefined : ranMs - this.#runStartMs);
    this.#endRun = undefined;
  }

  #ranMs(): number | undefined {
    return this.#isolate.isDisposed ? undefined : Number(this.#isolate.cpuTime) / 1e6;
  }
}
