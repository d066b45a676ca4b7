import { makeError } from '@waybill/protocol';

interface HostTimer {
  readonly timeout: NodeJS.Timeout;
  readonly delayMs: number;
  readonly repeats: boolean;
}

/**
 * The host's side of one job's timers. The kit counts them, in the guest's realm; here they are counted again, so that
 * a guest that got around the kit gains nothing.
 */
export class GuestTimers {
  readonly #mostCount: number;
  readonly #wake: (id: number) => void;
  readonly #timers: Map<number, HostTimer> = new Map();

  /**
   * @param mostCount - timers pending at one moment
   * @param wake - enters the guest for a timer that is due
   */
  constructor(mostCount: number, wake: (id: number) => void) {
    this.#mostCount = mostCount;
    this.#wake = wake;
  }

  /** Timers pending; an interval counts until it is cleared. */
  get count(): number {
    return this.#timers.size;
  }

  /** @throws `ERR_WAYBILL_TIMER_LIMIT` where the kit should have refused it */
  set(id: number, delayMs: number, repeats: boolean): void {
    if (this.#timers.has(id) || this.#timers.size >= this.#mostCount) {
      const words = `the guest set more than ${this.#mostCount} timers past its own count`;
      throw makeError('ERR_WAYBILL_TIMER_LIMIT', words);
    }
    this.#start(id, Math.max(1, delayMs), repeats);
  }

  /** Starts an interval's next time; nothing where it was cleared. */
  again(id: number): void {
    const timer = this.#timers.get(id);
    if (timer === undefined || !timer.repeats) return;
    clearTimeout(timer.timeout);
    this.#start(id, timer.delayMs, true);
  }

  clear(id: number): void {
    clearTimeout(this.#timers.get(id)?.timeout);
    this.#timers.delete(id);
  }

  clearAll(): void {
    for (const { timeout } of this.#timers.values()) clearTimeout(timeout);
    this.#timers.clear();
  }

  #start(id: number, delayMs: number, repeats: boolean): void {
    const due = (): void => {
      if (!repeats) this.#timers.delete(id);
      this.#wake(id);
    };
    this.#timers.set(id, { timeout: setTimeout(due, delayMs), delayMs, repeats });
  }
}
