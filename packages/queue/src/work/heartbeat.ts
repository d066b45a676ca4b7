import { ContextSnapshot } from '@waybill/context';
import type { QueueOffice } from '../queue-office.ts';
import { type ExecutorIdentity, findAbandoned, giveUpSilent, signOfLife } from './executor-row.ts';
import { isPassing } from './is-passing.ts';
import type { AttemptKey } from './lock-running.ts';
import { returnJobs } from './return-jobs.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { ExecutorTimings } from './timings.ts';

/** What the heartbeat of an executor looks after. */
export interface HeartbeatParts {
  readonly office: QueueOffice;
  readonly identity: ExecutorIdentity;
  readonly timings: ExecutorTimings;
  /** What runs here, by job. */
  readonly running: ReadonlyMap<string, RunningAttempt>;
  /** Changes whenever a lease begins or has ended; odd while one is on its way. */
  readonly leaseTick: () => number;
  /** Hears that an attempt lost its lease. */
  readonly onLost: (attempt: RunningAttempt) => void;
}

/**
 * The beat of an executor. Each gives a sign of life, tells attempts whose end was asked for or whose lease is lost, and puts in
 * line again what lost executors held.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #isBeatAsked = false;
  #isStopped = false;
  #lastBeatMs = Number.NEGATIVE_INFINITY;
  #isAway = false;
  /** Until then others are given time to be heard. */
  #patientUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Whether others still count on this executor, so that it may take jobs. */
  get isAlive(): boolean {
    const { lostAfterMs, heartbeatMs } = this.#parts.timings;
    return (
      performance.now() - this.#lastBeatMs <
      Math.max(lostAfterMs / 2, lostAfterMs - 2 * heartbeatMs)
    );
  }

  /** Beats now, or once more when the beat that is on its way has ended; then again and again. Never rejects. */
  async beat(): Promise<void> {
    this.#isBeatAsked = true;
    this.#beating ??= ContextSnapshot.root.run(() => this.#beatWhileAsked());
    await this.#beating;
  }

  /** Beats no more. Resolves when a beat that is on its way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#beating;
  }

  async #beatWhileAsked(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#isBeatAsked && !this.#isStopped) {
      this.#isBeatAsked = false;
      try {
        await this.#beatOnce();
        this.#isAway = false;
      } catch (error) {
        this.#bePatient();
        // Of a database that is away it tells once.
        if (!this.#isAway || !isPassing(error)) this.#parts.office.onError(error);
        this.#isAway = isPassing(error);
      }
    }
    this.#beating = undefined;
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.beat(), this.#parts.timings.heartbeatMs);
  }

  async #beatOnce(): Promise<void> {
    const { office, identity, timings, running, leaseTick } = this.#parts;
    const before = [...running.values()];
    const tickBefore = leaseTick();
    const startedMs = performance.now();
    const held = await signOfLife(office.database, identity);
    const isFirst = this.#lastBeatMs === Number.NEGATIVE_INFINITY;
    if (!isFirst && startedMs - this.#lastBeatMs > timings.lostAfterMs / 2) this.#bePatient();
    this.#lastBeatMs = startedMs;
    const heldByJob = new Map(held.map((one) => [one.jobId, one]));
    for (const attempt of before) {
      const one = heldByJob.get(attempt.jobId);
      // What ended meanwhile is not here any more.
      if (running.get(attempt.jobId) !== attempt) continue;
      if (one?.attempt !== attempt.attempt) this.#parts.onLost(attempt);
      else if (one.cancelReason !== null) attempt.cancel(one.cancelReason);
    }
    const isLeaseKnown = tickBefore % 2 === 0 && tickBefore === leaseTick();
    // Nobody here knows of them: the answer to the lease was lost with the connection, or their end could not be written.
    const strays = isLeaseKnown ? held.filter(({ jobId }) => !running.has(jobId)) : [];
    if (performance.now() >= this.#patientUntilMs) {
      await giveUpSilent(office.database, timings.lostAfterMs);
    }
    const abandoned = await findAbandoned(office.database);
    const lost: readonly AttemptKey[] = [...strays, ...abandoned];
    if (lost.length > 0) await returnJobs(office, lost, 'lost');
  }

  /** The database or this process was away: the others may have been as silent for the same reason, and come back now. */
  #bePatient(): void {
    this.#patientUntilMs = performance.now() + this.#parts.timings.lostAfterMs;
  }
}
