import type { EndedTurn, TurnEnd } from '../engine/turn.ts';

/** The entries into guest code that were made for one job. */
export class JobTurns {
  readonly #ended: (end: TurnEnd) => void;
  #count = 0;
  #cpuMs = 0;
  #nextEnd: PromiseWithResolvers<void> | undefined;

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
    this.#count += 1;
    let ended: EndedTurn | undefined;
    try {
      ended = await turn;
    } finally {
      this.#count -= 1;
      try {
        if (ended !== undefined) this.#tell(ended);
      } finally {
        this.#nextEnd?.resolve();
        this.#nextEnd = undefined;
      }
    }
  }

  /** Resolves when the next of those in flight has ended, and was told of. */
  nextEnd(): Promise<void> {
    this.#nextEnd ??= Promise.withResolvers();
    return this.#nextEnd.promise;
  }

  /** Resolves when none is in flight any more; where the guest cannot be stopped, never. */
  async idle(): Promise<void> {
    while (this.#count > 0) await this.nextEnd();
  }

  #tell({ end, cpuMs }: EndedTurn): void {
    this.#cpuMs += cpuMs;
    this.#ended(end);
  }
}
