/** Someone who runs turns and can be told to begin. */
export interface TurnTaker {
  /** Called when a place is free; the taker holds it until it calls `leave`. */
  begin(): void;
}

/**
 * Lets a limited number of isolates compute at one moment in this thread.
 *
 * The addon starts another operating-system thread for every isolate that wants to run. With more of them than cores,
 * the clocks that limit guests (they measure running time on the wall) would charge a guest for its
 * neighbours' work.
 */
export class TurnGate {
  readonly #places: number;
  readonly #waiting: Set<TurnTaker> = new Set();
  #taken = 0;

  /** @param places - isolates that may compute at once, at least 1 */
  constructor(places: number) {
    this.#places = Math.max(1, places);
  }

  /** Whether somebody waits for a place: whoever has one should give it up when it is fair. */
  get contested(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takers that hold a place now. */
  get takenCount(): number {
    return this.#taken;
  }

  /** Asks for a place; `begin` is called at once or when one is free, first come first served. */
  enter(taker: TurnTaker): void {
    if (this.#taken >= this.#places) {
      this.#waiting.add(taker);
      return;
    }
    this.#taken += 1;
    taker.begin();
  }

  /** Gives a place back. */
  leave(): void {
    this.#taken -= 1;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      this.#taken += 1;
      next.begin();
      return;
    }
  }

  /** Takes back a request that was not granted yet. */
  forget(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }
}
