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

/** What one attempt noted and is not in the history yet. */
export class AttemptNotes {
  readonly #jobId: string;
  readonly #attempt: number;
  readonly #counts: Record<NoteKind, number> = { started: 0, log: 0, 'host-call': 0, hop: 0 };
  #waiting: NewHistoryEntry[] = [];
  #omittedCount = 0;

  constructor(jobId: string, attempt: number) {
    this.#jobId = jobId;
    this.#attempt = attempt;
  }

  /** Keeps a note, or counts it among those that are left out. @returns whether it is kept */
  add<Kind extends NoteKind>(
    kind: Kind,
    facts: Omit<HistoryFacts[Kind], 'attempt'>,
    atMs: number | undefined,
  ): boolean {
    this.#counts[kind] += 1;
    if (this.#counts[kind] > maxCounts[kind]) {
      this.#omittedCount += 1;
      return false;
    }
    const attempt = this.#attempt;
    // Kind and facts belong together by the signature, which the compiler cannot follow into the union.
    const entry = { jobId: this.#jobId, attempt, kind, facts: { attempt, ...facts }, atMs };
    this.#waiting.push(entry as unknown as NewHistoryEntry);
    return true;
  }

  /** Those that wait, in order; they stay until {@link forget}. */
  get waiting(): readonly NewHistoryEntry[] {
    return this.#waiting;
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
    this.forget(count);
  }

  /** Drops the first `count` of those that wait: they are written. */
  forget(count: number): void {
    this.#waiting = this.#waiting.slice(count);
  }
}
