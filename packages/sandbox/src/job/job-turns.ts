import type { EndedTurn, TurnEnd } from '../engine/turn.ts';

/** The entries into guest code that were made for one job. */
export class JobTurns {
  readonly #ended: (end: TurnEnd) => void;
  readonly #followed: Set<Promise<void>> = new Set();
  #count = 0;
  #cpuMs = 0;

  /** @param ended - told of each turn that ended, with what it took added up and no longer in flight */
  constructor(ended: (end: TurnEnd) => void) {
    this.#ended = ended;
  }

  /** Turns in flight. */
  get count(): number {
    return this.#count;
  }

  /** Computing time of the turns that ended, in ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** Waits for a turn and tells how it ended. @throws what starting it failed with */
  async follow(turn: Promise<EndedTurn>): Promise<void> {
    const followed = this.#follow(turn);
    this.#followed.add(followed);
    try {
      await followed;
    } finally {
      this.#followed.delete(followed);
    }
  }

  /** Resolves when one of those in flight has ended, and was told of. */
  async nextEnd(): Promise<void> {
    // How a turn failed is told to whoever follows it; here only that it is over counts.
    await Promise.race([...this.#followed].map((turn) => turn.catch(() => undefined)));
  }

  /** Resolves when none is in flight any more; where the guest cannot be stopped, never. */
  async idle(): Promise<void> {
    while (this.#followed.size > 0) await Promise.allSettled(this.#followed);
  }

  async #follow(turn: Promise<EndedTurn>): Promise<void> {
    this.#count += 1;
    const { end, cpuMs } = await turn.finally(() => {
      this.#count -= 1;
    });
    this.#cpuMs += cpuMs;
    this.#ended(end);
  }
}
