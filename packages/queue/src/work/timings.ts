/** How often an executor does what, in ms. Tests shorten some of them. */
export interface ExecutorTimings {
  /** Between two looks for ready jobs when no signal comes: delayed jobs, and those of other processes. */
  readonly pollMs: number;
  /** Between two signs of life. */
  readonly heartbeatMs: number;
  /** An executor that gave no sign of life for so long is lost, with what it ran. */
  readonly lostAfterMs: number;
  /** How long one that starts waits for another of its name to say that it lives, where that one was alive a moment ago. */
  readonly answerMs: number;
  /** Between two looks for schedules that are due. */
  readonly scheduleMs: number;
  /** How long a note may wait for others before it is written. */
  readonly noteMs: number;
  /**
   * The least time from one write of ends to the next while at least half of the slots are free: many short jobs are written together,
   * and a single one at once.
   */
  readonly gatherMs: number;
  /** The first wait before a statement that the database did not answer is tried again; doubled each time, up to ten times. */
  readonly databaseRetryMs: number;
  /** How long attempts that were handed back have to end after they were told. */
  readonly abortMs: number;
}

/** What holds where nothing else is said. */
export const defaultTimings: ExecutorTimings = Object.freeze({
  pollMs: 500,
  heartbeatMs: 2_500,
  lostAfterMs: 15_000,
  answerMs: 1_000,
  scheduleMs: 1_000,
  noteMs: 50,
  gatherMs: 10,
  databaseRetryMs: 200,
  abortMs: 1_000,
});
