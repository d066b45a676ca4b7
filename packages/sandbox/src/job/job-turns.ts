import type { TurnEnd } from '../isolate/classify-rejection.ts';

/** The entries into guest code that were made for one job. */
export class JobTurns {
  readonly #inFlight: Set<Promise<unknown>> = new Set();
  #cpuMs = 0;

  /** Turns in flight. */
  get count(): number {
    return this.#inFlight.size;
  }

  /** Computing time of the turns that ended, in ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** Waits for a turn, adds up what it took, and says how it ended. @throws what starting it failed with */
  async follow(turn: Promise<{ end: TurnEnd; cpuMs: number }>): Promise<TurnEnd> {
    this.#inFlight.add(turn);
    try {
      const { end, cpuMs } = await turn;
      this.#cpuMs += cpuMs;
      return end;
    } finally {
      this.#inFlight.delete(turn);
    }
  }

  /** Resolves when none is in flight any more; where the guest cannot be stopped, never. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }
}
