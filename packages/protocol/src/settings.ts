import type { LimitOverrides, Limits } from './limits.ts';

/** How long an isolate lives and how many there are. */
export interface IsolateSettings {
  /**
   * Isolates one thread keeps, from 1 to 1024; the one unused for longest goes first.
   * @defaultValue 64
   */
  readonly maxPerThread: number;
  /**
   * Age, in ms, after which an isolate takes no new job; from 1 to 86_400_000.
   * @defaultValue 600_000
   */
  readonly maxAgeMs: number;
  /** Jobs after which an isolate takes no new one, from 1 to 1_000_000_000. @defaultValue 10_000 */
  readonly maxUses: number;
  /**
   * Part of its memory limit that an isolate may hold after a job and still take another; above 0,
   * at most 1. @defaultValue 0.7
   */
  readonly maxHeapRatio: number;
  /** Isolates made ahead in each thread, from 0 to 64. @defaultValue 1 */
  readonly preparedPerThread: number;
}

/** How much may wait. */
export interface QueueSettings {
  /**
   * Jobs that wait for a worker at one moment, from 0 to 1_000_000; a job beyond is refused.
   * @defaultValue 10_000
   */
  readonly maxJobs: number;
}

/** The longest grace, in ms. A timer takes no more than 24 days, and fires at once for what is longer. */
export const maxGraceMs = 600_000;

/** The options of an orchestrator that are plain data, every one of them decided. */
export interface Settings {
  /** Worker threads, from 1 to 64. @defaultValue one less than there are cores, at least 1 */
  readonly threads: number;
  /**
   * Jobs one thread serves at once, from 1 to 1024; they interleave while they wait.
   * @defaultValue 16
   */
  readonly attemptsPerThread: number;
  readonly queue: QueueSettings;
  /** Limits of a job that asks for no others. */
  readonly limits: Limits;
  readonly isolates: IsolateSettings;
  /**
   * Time, in ms, that running jobs get when the orchestrator closes; from 0 to 600_000.
   * @defaultValue 1_000
   */
  readonly graceMs: number;
}

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * What a caller may give of the {@link Settings}; what is absent or `undefined` takes its default.
 */
export interface SettingsSpec {
  readonly threads?: number | undefined;
  readonly attemptsPerThread?: number | undefined;
  readonly queue?: Optional<QueueSettings> | undefined;
  readonly limits?: LimitOverrides | undefined;
  readonly isolates?: Optional<IsolateSettings> | undefined;
  readonly graceMs?: number | undefined;
}
