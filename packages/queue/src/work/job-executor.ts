import { setTimeout as sleep } from 'node:timers/promises';
import { ContextSnapshot } from '@waybill/context';
import type { WaybillError } from '@waybill/protocol';
import type { Executor, ExecutorStats, RunAttempt } from '../job-queue.ts';
import type { QueueOffice } from '../queue-office.ts';
import { AttemptWriter } from './attempt-writer.ts';
import { Dispatcher } from './dispatcher.ts';
import { type ExecutorIdentity, signOff } from './executor-row.ts';
import { Heartbeat } from './heartbeat.ts';
import { leaseJobs, type StartedJob } from './lease-jobs.ts';
import type { LeasedJob } from './leased-job.ts';
import { returnJobs } from './return-jobs.ts';
import { runAttempt } from './run-attempt.ts';
import { RunningAttempt } from './running-attempt.ts';
import { ScheduleTicker } from './schedule-ticker.ts';
import type { ExecutorTimings } from './timings.ts';
import type { WrittenEnd } from './write-attempts.ts';

/** What an executor is made of. */
export interface ExecutorParts {
  readonly office: QueueOffice;
  readonly identity: ExecutorIdentity;
  readonly run: RunAttempt;
  readonly traceOf: (job: LeasedJob) => string;
  /** Told of a job whose attempt could not be opened. Never throws. */
  readonly onUnopened: (job: LeasedJob, error: WaybillError) => void;
  readonly timings: ExecutorTimings;
}

/** Wires what takes jobs, what runs them, what writes how they end and what looks after their leases. */
export class JobExecutor implements Executor {
  readonly name: string;
  readonly #parts: ExecutorParts;
  /** From the lease until the end is written, by job. */
  readonly #running = new Map<string, RunningAttempt>();
  readonly #runs = new Set<Promise<void>>();
  readonly #writer: AttemptWriter;
  readonly #dispatcher: Dispatcher;
  readonly #heartbeat: Heartbeat;
  readonly #ticker: ScheduleTicker;
  readonly #closing = new AbortController();
  readonly #counts = { settledCount: 0, retriedCount: 0, lostCount: 0 };
  #listeners: readonly (() => void)[] = [];
  #closed: Promise<void> | undefined;
  #isClosed = false;
  #graceTimer: NodeJS.Timeout | undefined;
  #graceEndMs = Number.POSITIVE_INFINITY;

  constructor(parts: ExecutorParts) {
    const { office, identity, timings, traceOf } = parts;
    const { id, name, slots } = identity;
    this.name = name;
    this.#parts = parts;
    this.#writer = new AttemptWriter({
      office,
      timings,
      isRoomy: () => this.#running.size * 2 <= slots,
      onEnd: (attempt, end) => this.#written(attempt, end),
    });
    this.#dispatcher = new Dispatcher({
      lease: (count) => leaseJobs(office, { id, traceOf }, count),
      begin: (job) => this.#begin(job),
      freeCount: () => (this.#heartbeat.isAlive ? slots - this.#running.size : 0),
      pollMs: timings.pollMs,
      gatherMs: timings.gatherMs / 2,
      onError: office.onError,
    });
    this.#heartbeat = new Heartbeat({
      office,
      identity,
      timings,
      running: this.#running,
      leaseTick: () => this.#dispatcher.leaseTick,
      onLost: (attempt) => this.#lost(attempt),
    });
    this.#ticker = new ScheduleTicker(office, timings.scheduleMs);
  }

  /** Begins to take jobs. */
  async start(): Promise<void> {
    const { signals } = this.#parts.office;
    this.#listeners = [
      signals.on('ready', () => this.#dispatcher.kick()),
      signals.on('cancel', (keys) => {
        const isOurs = keys === '*' || [...keys].some((jobId) => this.#running.has(jobId));
        if (isOurs || this.#dispatcher.isLeasing) void this.#lookForCancels();
      }),
      signals.on('executor', (keys) => {
        if (keys === '*' || keys.has(this.name)) void this.#heartbeat.beat();
      }),
    ];
    await this.#heartbeat.beat();
    this.#dispatcher.start();
    void this.#ticker.tick();
  }

  stats(): ExecutorStats {
    const { slots } = this.#parts.identity;
    return { slots, runningCount: this.#running.size, ...this.#counts };
  }

  async close({ graceMs = 0 }: { readonly graceMs?: number } = {}): Promise<void> {
    const endMs = performance.now() + graceMs;
    this.#closed ??= ContextSnapshot.root.run(() => this.#close());
    if (endMs < this.#graceEndMs) {
      this.#graceEndMs = endMs;
      clearTimeout(this.#graceTimer);
      const end = (): void => this.#closing.abort();
      this.#graceTimer = ContextSnapshot.root.run(setTimeout, end, graceMs);
    }
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(started: StartedJob): void {
    // Its lease was so slow that nobody waits any more. Others find it with what is lost.
    if (this.#isClosed) return;
    const { office, run, onUnopened } = this.#parts;
    const attempt = new RunningAttempt(started, this.name);
    const before = this.#running.get(attempt.jobId);
    // This executor was given up for a while, and nobody has told that attempt yet.
    if (before !== undefined) this.#lost(before);
    this.#running.set(attempt.jobId, attempt);
    this.#writer.noted(attempt);
    const open = (): ReturnType<RunningAttempt['open']> =>
      attempt.open(office, () => this.#writer.noted(attempt));
    const running = (async () => {
      const ended = await runAttempt(open, run);
      if (ended.isFinal && !ended.outcome.ok) onUnopened(started.job, ended.outcome.error);
      if (ended.handBackMs !== undefined && !ended.outcome.ok) office.onError(ended.outcome.error);
      // What lost its lease meanwhile has nothing to say.
      if (this.#running.get(attempt.jobId) === attempt) this.#writer.ended(attempt, ended);
    })();
    this.#runs.add(running);
    void running.finally(() => this.#runs.delete(running));
  }

  #written(attempt: RunningAttempt, end: WrittenEnd): void {
    if (end === undefined) return this.#lost(attempt);
    if (!this.#drop(attempt)) return;
    if (end.kind === 'retry') {
      this.#counts.retriedCount += 1;
      this.#dispatcher.kickIn(end.delayMs);
    } else if (end.kind === 'return') this.#dispatcher.kickIn(end.delayMs ?? 0);
    else this.#counts.settledCount += 1;
    this.#dispatcher.freed();
  }

  #lost(attempt: RunningAttempt): void {
    if (!this.#drop(attempt)) return;
    this.#writer.forget(attempt);
    this.#counts.lostCount += 1;
    attempt.loseLease();
    this.#dispatcher.freed();
  }

  /** @returns whether it was still here: another attempt of its job may be in its place */
  #drop(attempt: RunningAttempt): boolean {
    return this.#running.get(attempt.jobId) === attempt && this.#running.delete(attempt.jobId);
  }

  async #lookForCancels(): Promise<void> {
    await this.#dispatcher.leased();
    await this.#heartbeat.beat();
  }

  async #close(): Promise<void> {
    const { abortMs } = this.#parts.timings;
    const stopped = Promise.all([this.#dispatcher.stop(), this.#ticker.stop()]);
    await this.#drained(stopped);
    clearTimeout(this.#graceTimer);
    // Each step is bounded, because a database that hangs must not keep the process. What has ended is worth a moment more: it would
    // run again.
    await within(abortMs, Promise.all([stopped, this.#writer.flush()]));
    this.#isClosed = true;
    const held = [...this.#running.values()];
    await within(abortMs, this.#handBack(held));
    for (const attempt of held) {
      this.#running.delete(attempt.jobId);
      this.#writer.forget(attempt);
      attempt.loseLease();
    }
    for (const stop of this.#listeners) stop();
    await within(abortMs, this.#signOff());
    this.#writer.stop();
  }

  async #signOff(): Promise<void> {
    const { office, identity } = this.#parts;
    await Promise.all([this.#heartbeat.stop(), ...this.#runs]);
    await signOff(office.database, identity).catch(office.onError);
  }

  /** Waits until nothing runs and all is written, or the grace has passed. */
  async #drained(stopped: Promise<unknown>): Promise<void> {
    const { promise: passed, resolve } = Promise.withResolvers<void>();
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true });
    if (this.#closing.signal.aborted) resolve();
    const done = async (): Promise<void> => {
      await stopped;
      await Promise.all(this.#runs);
      await this.#writer.flush();
    };
    await Promise.race([done(), passed]);
  }

  async #handBack(held: readonly RunningAttempt[]): Promise<void> {
    if (held.length === 0) return;
    try {
      await returnJobs(this.#parts.office, held, 'handed back');
    } catch (error) {
      // They are lost then, and others find them when this executor gives no more sign of life.
      this.#parts.office.onError(error);
    }
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const stopped = (): void => {};
  await Promise.race([work, sleep(ms, undefined, { signal: stop.signal }).catch(stopped)]);
  stop.abort();
}
