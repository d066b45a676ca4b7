/** Someone who runs turns and can be told to begin. */
export interface TurnTaker {
  /** Whose isolate it is: owners take turns, however many isolates one has. */
  readonly owner: string;
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
  readonly #holding: Set<TurnTaker> = new Set();

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
    return this.#holding.size;
  }

  /** Asks for a place; `begin` is called at once or when one is free: the owner that has fewest comes first. */
  enter(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#serve();
  }

  /** Gives a place back. */
  leave(taker: TurnTaker): void {
    this.#holding.delete(taker);
    this.#serve();
  }

  /** Takes back a request that was not granted yet. */
  forget(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  #serve(): void {
    while (this.#holding.size < this.#places) {
      const next = this.#next();
      if (next === undefined) return;
      this.#waiting.delete(next);
      this.#holding.add(next);
      next.begin();
    }
  }

  // Of equals, who has waited longest.
  #next(): TurnTaker | undefined {
    const held = new Map<string, number>();
    for (const { owner } of this.#holding) held.set(owner, (held.get(owner) ?? 0) + 1);
    let next: TurnTaker | undefined;
    let fewest = Infinity;
    for (const taker of this.#waiting) {
      const count = held.get(taker.owner) ?? 0;
      if (count >= fewest) continue;
      fewest = count;
      next = taker;
      if (count === 0) break;
    }
    return next;
  }
}
