import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { ContextSnapshot } from '@waybill/context';
import { isTooLarge } from '../database/is-too-large.ts';
import { packOutcome, packTooLarge } from '../tables/stored-outcome.ts';
import type { QueueOffice } from '../queue-office.ts';
import { prepareDeadLetter } from './dead-letter.ts';
import { isPassing } from './is-passing.ts';
import { nameOf } from './lock-running.ts';
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
// What fails so often in a row may be one row's fault, whatever the error says.
const patientCount = 3;

/** Hears what became of attempts that ended; `undefined`: what they ended with is not kept. */
export type OnEnd = (attempt: RunningAttempt, end: WrittenEnd) => void;

type Ended = Omit<EndedAttempt, 'deadLetter'>;

/** What the writer of an executor works with. */
export interface WriterParts {
  readonly office: QueueOffice;
  readonly timings: ExecutorTimings;
  /** Whether slots are left, so that ends may wait a little for others. */
  readonly isRoomy: () => boolean;
  readonly onEnd: OnEnd;
}

/**
 * Writes what attempts note and how they end, many at once: while one transaction commits, what comes waits for the next. While the
 * database is away it keeps everything and tries again.
 */
export class AttemptWriter {
  readonly #office: QueueOffice;
  readonly #timings: ExecutorTimings;
  readonly #isRoomy: () => boolean;
  readonly #onEnd: OnEnd;
  readonly #stop = new AbortController();
  readonly #ended = new Map<RunningAttempt, Ended>();
  readonly #noted = new Set<RunningAttempt>();
  #noteCount = 0;
  #areNotesDue = false;
  #noteTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #failedCount = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor({ office, timings, isRoomy, onEnd }: WriterParts) {
    this.#office = office;
    this.#timings = timings;
    this.#isRoomy = isRoomy;
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
  ended(attempt: RunningAttempt, { outcome, isFinal, handBackMs }: EndedRun): void {
    const { bill, escalation } = outcome;
    const usage = { ...(bill && { bill }), ...(escalation && { escalation }) };
    this.#ended.set(attempt, { packed: packOutcome(outcome), usage, isFinal, handBackMs });
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
      const dueMs = this.#writtenMs + this.#timings.gatherMs - performance.now();
      if (dueMs > 0 && this.#isRoomy()) await this.#wait(dueMs);
      const batch = this.#nextBatch();
      try {
        const isApart = this.#failedCount >= patientCount;
        if (batch.length > 0) await (isApart ? this.#writeApart(batch) : this.#write(batch));
        waitMs = this.#timings.databaseRetryMs;
        this.#writtenMs = performance.now();
        this.#failedCount = 0;
      } catch (error) {
        this.#failedCount += 1;
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

  /** Writes one by one. What fails goes behind the others; after the second that fails it ends, for the database seems to be away. */
  async #writeApart(batch: readonly RunningAttempt[]): Promise<void> {
    const failures: unknown[] = [];
    for (const attempt of batch) {
      try {
        await this.#write([attempt]);
      } catch (error) {
        failures.push(error);
        this.#moveBehind(attempt);
        if (failures.length === 2) break;
      }
    }
    if (failures.length === 0) return;
    if (batch.length > 1 && failures.length === 1) this.#office.onError(failures[0]);
    throw failures[0];
  }

  #moveBehind(attempt: RunningAttempt): void {
    const ended = this.#ended.get(attempt);
    this.#ended.delete(attempt);
    if (ended !== undefined) this.#ended.set(attempt, ended);
    if (this.#noted.delete(attempt)) this.#noted.add(attempt);
  }

  /** Writes a batch. One that the database refuses is taken apart, so that one bad row harms no other. */
  async #write(batch: readonly RunningAttempt[]): Promise<void> {
    try {
      await this.#writeBatch(batch);
    } catch (error) {
      const [only, ...others] = batch;
      if (only === undefined) throw error;
      if (isPassing(error)) {
        // It may be the answer alone that is lost.
        for (const { notes } of batch) notes.doubt();
        throw error;
      }
      if (others.length === 0) {
        this.#office.onError(error);
        return this.#leaveOut(only, error);
      }
      for (const attempt of batch) await this.#write([attempt]);
    }
  }

  /** Of what is refused a value that is too large goes first, then the notes, then the attempt itself. */
  #leaveOut(attempt: RunningAttempt, error: unknown): void {
    const ended = this.#ended.get(attempt);
    if (ended?.packed.error === undefined && ended !== undefined && isTooLarge(error)) {
      this.#ended.set(attempt, { ...ended, packed: packTooLarge(ended.usage) });
      return;
    }
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
      attempt.notes.written(noteCount);
      if (attempt.notes.waiting.length === 0) this.#noted.delete(attempt);
      signals.tell('history', attempt.jobId);
      if (ended === undefined) continue;
      const end = ends.get(nameOf(attempt));
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
