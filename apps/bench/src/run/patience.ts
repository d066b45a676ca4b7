/** How long the process of a scenario is waited for, in ms, before it is killed. */
export interface Patience {
  /** Until its result, given how long it says that it takes. */
  hangMs(seconds: number): number;
  /** Until its end, after its result. */
  readonly leakMs: number;
  /** Until its end, after it was told to stop. */
  readonly endMs: number;
}

/** Enough for a machine that is busy with something else. */
export const patience: Patience = {
  hangMs: (seconds) => (3 * seconds + 60) * 1_000,
  leakMs: 10_000,
  endMs: 10_000,
};
