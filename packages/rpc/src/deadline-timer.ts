import { AsyncResource } from 'node:async_hooks';

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * One timer for any number of deadlines: it is set to the earliest, and `onDue` says which comes next. It keeps no
 * process alive, and runs in the async context in which it was made: a timer made by a call would keep that call's
 * context until it fires. Disposable; whoever makes it disposes it.
 */
export class DeadlineTimer implements Disposable {
  readonly #onDue: (nowMs: number) => number;
  readonly #schedule: (delayMs: number) => NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  /** @param onDue settles what is due at `nowMs`, and returns the earliest deadline left, or `Infinity`. */
  constructor(onDue: (nowMs: number) => number) {
    this.#onDue = onDue;
    this.#schedule = AsyncResource.bind((delayMs: number) =>
      setTimeout(() => this.#fire(), delayMs).unref(),
    );
  }

  /** Makes sure that `onDue` is called at `deadlineMs` (on the clock of `performance.now()`), or soon after. */
  watch(deadlineMs: number): void {
    if (deadlineMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = deadlineMs;
    const delayMs = Math.ceil(deadlineMs - performance.now());
    this.#timer = this.#schedule(Math.min(Math.max(delayMs, 1), maxDelayMs));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#dueMs = Infinity;
    this.watch(this.#onDue(performance.now()));
  }
}
