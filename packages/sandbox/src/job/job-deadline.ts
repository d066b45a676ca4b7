/** How late a thread may come to a deadline, in ms, and still say that somebody else missed it. */
const lateMs = 250;

/** Tells once that a job's deadline has passed. */
export class JobDeadline {
  readonly #deadlineMs: number;
  readonly #timer: NodeJS.Timeout;
  #isCleared = false;

  /**
   * @param deadlineMs - an instant of `performance.now()`
   * @param passed - told whether this thread was there at the time. If not, what happened meanwhile is waiting to be
   *   heard, and is heard before
   */
  constructor(deadlineMs: number, passed: (threadWasThere: boolean) => void) {
    this.#deadlineMs = deadlineMs;
    const late = (): void => {
      if (!this.#isCleared) passed(false);
    };
    this.#timer = setTimeout(
      () => {
        if (!this.isLongPast) passed(true);
        else setImmediate(() => setImmediate(late));
      },
      Math.max(0, deadlineMs - performance.now()),
    );
  }

  /** Whether it has passed, or is about to within a timer's exactness. */
  get isNear(): boolean {
    return performance.now() >= this.#deadlineMs - 1;
  }

  /** Whether it passed so long ago that this thread cannot have been there. */
  get isLongPast(): boolean {
    return performance.now() - this.#deadlineMs >= lateMs;
  }

  clear(): void {
    this.#isCleared = true;
    clearTimeout(this.#timer);
  }
}
