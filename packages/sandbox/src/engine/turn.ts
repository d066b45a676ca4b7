/** How an entry into guest code ended. */
export type TurnEnd =
  /** It ran. */
  | 'done'
  /** It ran, and some guest code had left a rejected promise that nobody handled; whose, is not known. */
  | 'stray'
  /** It was cut off at its time limit. */
  | 'timed-out'
  /** The isolate hit its memory limit in this entry and is gone. */
  | 'out-of-memory'
  /** The heap ran out in this entry so badly that the engine gave up: the isolate is wedged. */
  | 'heap-broken'
  /** The isolate was gone already, or was disposed under it. */
  | 'lost';

/** Who makes turns. */
export interface TurnOwner {
  /** The attempt that it makes them for. */
  readonly attemptId: number;
  /**
   * A turn of this owner computes on although its limit should have cut it off.
   *
   * @param cpuMs - what it has computed
   */
  turnOverdue(cpuMs: number): void;
}

/** Under which terms a turn is made. */
export interface TurnTerms {
  /** How long it may take, in ms, asked when it starts; 0 or less: it is not made at all. */
  readonly budget: () => number;
  readonly owner: TurnOwner;
}

/** How a turn ended, and what it computed. */
export interface EndedTurn {
  readonly end: TurnEnd;
  readonly cpuMs: number;
}
