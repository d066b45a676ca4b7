import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { ContextSnapshot } from '@waybill/context';
import { packOutcome } from '../tables/stored-outcome.ts';
import type { QueueOffice } from '../queue-office.ts';
import { prepareDeadLetter } from './dead-letter.ts';
import { isPassing } from './is-passing.ts';
import type { EndedRun } from './run-attempt.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { ExecutorTimings } from './timings.ts';
import {
  type AttemptNews,
  type EndedAttempt,
  type WrittenEnd,
  writeAttempts,
} from './write-attempts.ts';

// Notes that wait are written at the latest when there are so many.
const fullCount = 200;
// What one transaction writes; outcomes can be large.
const maxBatchCount = 500;
const maxBatchChars = 4 * 2 ** 20;

/** Hears what became of attempts that ended; `undefined`: what they ended with is not kept. */
export type OnEnd = (attempt: RunningAttempt, end: WrittenEnd) => void;

type Ended = Omit<EndedAttempt, 'deadLetter'>;

/**
 * Writes what attempts note and how they end, many at once: while one transaction commits, what comes waits for the next. While the
 * database is away it keeps everything and tries again.
 */
export class AttemptWriter {
  readonly #office: QueueOffice;
  readonly #timings: ExecutorTimings;
  readonly #onEnd: OnEnd;
  readonly #stop = new AbortController();
  readonly #ended = new Map<RunningAttempt, Ended>();
  readonly #noted = new Set<RunningAttempt>();
  #noteCount = 0;
  #areNotesDue = false;
  #noteTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(office: QueueOffice, timings: ExecutorTimings, onEnd: OnEnd) {
    this.#office = office;
    this.#timings = timings;
    this.#onEnd = onEnd;
  }

  /** Takes note that an attempt has one more note. */
  noted(attempt: RunningAttempt): void {
    this.#noted.add(attempt);
    this.#noteCount += 1;
    if (this.#noteCount >= fullCount) return this.#writeNotes();
    const write = (): void => this.#writeNotes();
    // The guest whose note it is has no part in those that come with it.
    this.#noteTimer ??= ContextSnapshot.root.run(setTimeout, write, this.#timings.noteMs);
  }

  /** Takes the end of an attempt. */
  ended(attempt: RunningAttempt, { outcome, isFinal }: EndedRun): void {
    const { bill, escalation } = outcome;
    const usage = { ...(bill && { bill }), ...(escalation && { escalation }) };
    this.#ended.set(attempt, { packed: packOutcome(outcome), usage, isFinal });
    this.#start();
  }

  /** Forgets an attempt: whatever it says is not kept. */
  forget(attempt: RunningAttempt): void {
    this.#ended.delete(attempt);
    this.#noted.delete(attempt);
  }

  /** Waits until all is written, for as long as that takes. */
  async flush(): Promise<void> {
    this.#writeNotes();
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Ends without writing what waits. */
  stop(): void {
    clearTimeout(this.#noteTimer);
    this.#stop.abort();
  }

  #writeNotes(): void {
    this.#areNotesDue = true;
    this.#start();
  }

  #start(): void {
    if (this.#writing !== undefined || this.#stop.signal.aborted) return;
    this.#writing = ContextSnapshot.root.run(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    // What ends in the same turn comes along.
    await setImmediate();
    let waitMs = this.#timings.databaseRetryMs;
    while (!this.#stop.signal.aborted && (this.#ended.size > 0 || this.#areNotesDue)) {
      const batch = this.#nextBatch();
      try {
        if (batch.length > 0) await this.#write(batch);
        waitMs = this.#timings.databaseRetryMs;
      } catch (error) {
        // The batch is still there, and whoever watches the heartbeat hears that the database is away.
        if (!isPassing(error)) this.#office.onError(error);
        this.#areNotesDue = true;
        await this.#wait(waitMs);
        waitMs = Math.min(waitMs * 2, this.#timings.databaseRetryMs * 10);
      }
    }
    this.#writing = undefined;
  }

  async #wait(ms: number): Promise<void> {
    const stopped = (): void => {};
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(stopped);
  }

  /** Notes go with every batch, for they cost no transaction of their own then. */
  #nextBatch(): readonly RunningAttempt[] {
    clearTimeout(this.#noteTimer);
    this.#noteTimer = undefined;
    this.#noteCount = 0;
    const ended: RunningAttempt[] = [];
    let chars = 0;
    for (const [attempt, { packed }] of this.#ended) {
      if (ended.length >= maxBatchCount || chars > maxBatchChars) break;
      ended.push(attempt);
      chars += packed.text.length;
    }
    const running = [...this.#noted].filter((attempt) => !this.#ended.has(attempt));
    this.#areNotesDue = running.length > maxBatchCount;
    return [...ended, ...running.slice(0, maxBatchCount)];
  }

  /** Writes a batch. One that the database refuses is taken apart, so that one bad row harms no other. */
  async #write(batch: readonly RunningAttempt[]): Promise<void> {
    try {
      await this.#writeBatch(batch);
    } catch (error) {
      const [only, ...others] = batch;
      if (only === undefined || isPassing(error)) throw error;
      if (others.length === 0) {
        this.#office.onError(error);
        return this.#leaveOut(only);
      }
      for (const attempt of batch) await this.#write([attempt]);
    }
  }

  /** Of what is refused the notes go first, then the attempt itself. */
  #leaveOut(attempt: RunningAttempt): void {
    const noteCount = attempt.notes.waiting.length;
    if (noteCount > 0) {
      attempt.notes.omit(noteCount);
      this.#noted.delete(attempt);
      return;
    }
    this.forget(attempt);
    this.#onEnd(attempt, undefined);
  }

  async #writeBatch(batch: readonly RunningAttempt[]): Promise<void> {
    const news = await Promise.all(batch.map((attempt) => this.#newsOf(attempt)));
    const { database, engine, signals } = this.#office;
    const ends = await database.transaction((transaction) =>
      writeAttempts(engine, transaction, news),
    );
    for (const { attempt, noteCount, ended } of news) {
      attempt.notes.forget(noteCount);
      if (attempt.notes.waiting.length === 0) this.#noted.delete(attempt);
      signals.tell('history', attempt.jobId);
      if (ended === undefined) continue;
      const end = ends.get(attempt.jobId);
      this.forget(attempt);
      if (end?.kind === 'failed' && ended.deadLetter) signals.tell('ready', ended.deadLetter.id);
      this.#onEnd(attempt, end);
    }
  }

  async #newsOf(attempt: RunningAttempt): Promise<AttemptNews> {
    const ended = this.#ended.get(attempt);
    const noteCount = attempt.notes.waiting.length;
    if (ended === undefined) return { attempt, noteCount };
    const { error } = ended.packed;
    const deadLetter = error && (await prepareDeadLetter(this.#office, attempt.job, error));
    return { attempt, noteCount, ended: { ...ended, deadLetter } };
  }
}
