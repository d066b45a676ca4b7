/** How much the latest observation counts against all before. */
const smoothing = 0.1;

function smooth(before: number | undefined, latest: number): number {
  return before === undefined ? latest : before + smoothing * (latest - before);
}

/** How long a turn takes, learnt from the turns before: moving averages that forget. */
export class WaitEstimate {
  readonly #now: () => number;
  // Between two turns, while somebody waits.
  #turnMs: number | undefined;
  #heldMs: number | undefined;
  #lastServedMs = -Infinity;

  /** @param now - a clock in ms that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A place was given to a job that had waited since `enteredMs`. */
  served(enteredMs: number): void {
    const nowMs = this.#now();
    this.#turnMs = smooth(this.#turnMs, nowMs - Math.max(enteredMs, this.#lastServedMs));
    this.#lastServedMs = nowMs;
  }

  /** A place was given back that had been held for so long. */
  givenBack(heldMs: number): void {
    this.#heldMs = smooth(this.#heldMs, heldMs);
  }

  /**
   * How long so many turns take, in whole ms; undefined before any place was given back.
   *
   * @param runningCount - places that are held now: how often one is given back, where nobody had to wait so far
   */
  ofTurns(turnCount: number, runningCount: number): number | undefined {
    const byHolding =
      this.#heldMs === undefined ? undefined : this.#heldMs / Math.max(1, runningCount);
    const turnMs = this.#turnMs ?? byHolding;
    return turnMs === undefined ? undefined : Math.round(turnCount * turnMs);
  }
}
