import type { HistoryFacts } from '@waybill/protocol';
import type { NewHistoryEntry } from '../tables/write-history.ts';

/** What an attempt notes while it runs. */
export type NoteKind = 'started' | 'log' | 'host-call' | 'hop';

// The limits of the job bound its log; host calls and borders are many where a guest loops.
const maxCounts: Readonly<Record<NoteKind, number>> = {
  started: 1,
  log: Number.POSITIVE_INFINITY,
  'host-call': 1_000,
  hop: 1_000,
};

/** A note that waits to be written. */
export type Note = NewHistoryEntry & { readonly number: number };

/**
 * What one attempt noted and is not in the history yet. Each note has its number in the attempt, by which a writer that got no answer
 * learns from the job's row what it has written.
 */
export class AttemptNotes {
  readonly #jobId: string;
  readonly #attempt: number;
  readonly #counts: Record<NoteKind, number> = { started: 0, log: 0, 'host-call': 0, hop: 0 };
  #waiting: Note[] = [];
  #lastNumber = 0;
  #omittedCount = 0;
  #isUnsure = false;
  #isClosed = false;

  constructor(jobId: string, attempt: number) {
    this.#jobId = jobId;
    this.#attempt = attempt;
  }

  /** Keeps a note, or counts it among those that are left out; none once it is closed. @returns whether it is kept */
  add<Kind extends NoteKind>(
    kind: Kind,
    facts: Omit<HistoryFacts[Kind], 'attempt'>,
    atMs: number | undefined,
  ): boolean {
    if (this.#isClosed) return false;
    this.#counts[kind] += 1;
    if (this.#counts[kind] > maxCounts[kind]) {
      this.#omittedCount += 1;
      return false;
    }
    const attempt = this.#attempt;
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    // Kind and facts belong together by the signature, which the compiler cannot follow into the union.
    const entry = { jobId: this.#jobId, attempt, number, kind, facts: { attempt, ...facts }, atMs };
    this.#waiting.push(entry as unknown as Note);
    return true;
  }

  /** Those that wait, in order; they stay until they are {@link written}. */
  get waiting(): readonly Note[] {
    return this.#waiting;
  }

  /** Whether some of those that wait may be written: the answer to a commit did not come. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** Takes note that those that wait may be written, or not. */
  doubt(): void {
    this.#isUnsure = true;
  }

  /** Takes none from now on: the attempt lost its lease, and another one may run in its place. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  /** The last entry of an attempt that ended: how many were left out, if any. */
  omitted(): readonly NewHistoryEntry[] {
    if (this.#omittedCount === 0) return [];
    const facts = { attempt: this.#attempt, count: this.#omittedCount };
    return [{ jobId: this.#jobId, attempt: this.#attempt, kind: 'omitted', facts }];
  }

  /** Leaves out the first `count` of those that wait. */
  omit(count: number): void {
    this.#omittedCount += count;
    this.#drop(count);
  }

  /** Drops the first `count` of those that wait: they are written. */
  written(count: number): void {
    this.#isUnsure = false;
    this.#drop(count);
  }

  #drop(count: number): void {
    this.#waiting = this.#waiting.slice(count);
  }
}
