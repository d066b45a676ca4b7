/** How late a thread may come to a deadline, in ms, and still say that somebody else missed it. */
const lateMs = 250;

/** Where a deadline is, seen from this thread. */
export type DeadlineState = 'ahead' | 'reached' | 'reached without the thread';

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
  constructor(deadlineMs: number, passed: (state: DeadlineState) => void) {
    this.#deadlineMs = deadlineMs;
    const late = (): void => {
      if (!this.#isCleared) passed('reached without the thread');
    };
    this.#timer = setTimeout(
      () => {
        if (this.state !== 'reached without the thread') passed('reached');
        else setImmediate(() => setImmediate(late));
      },
      Math.max(0, deadlineMs - performance.now()),
    );
  }

  /**
   * `reached`: it has passed, or is about to within a timer's exactness; `reached without the thread`: so long ago that
   * this thread cannot have been there.
   */
  get state(): DeadlineState {
    const pastMs = performance.now() - this.#deadlineMs;
    if (pastMs < -1) return 'ahead';
    return pastMs < lateMs ? 'reached' : 'reached without the thread';
  }

  clear(): void {
    this.#isCleared = true;
    clearTimeout(this.#timer);
  }
}
