import { ContextSnapshot } from '@waybill/context';
import type { QueueOffice } from '../queue-office.ts';

/** One reader of one job's history. */
export interface HistoryReader extends Disposable {
  /**
   * Waits until there may be entries after `seenCount`. What was told since the last call, or since the reader was made, is not lost.
   *
   * @returns `false` once the reader's signal has aborted or the watch is closed
   */
  changed(seenCount: number): Promise<boolean>;
}

/** Wakes those who read histories: by signals, and where one was lost by a look at all of them together. */
export interface HistoryWatch extends Disposable {
  /** Makes a reader. Whoever made it disposes it. */
  read(jobId: string, signal?: AbortSignal): HistoryReader;
}

type WatchOffice = Pick<QueueOffice, 'database' | 'signals' | 'onError'> & {
  /** How often the watch looks by itself. @defaultValue 1_000 */
  readonly lookMs?: number;
};

const selectCounts =
  'SELECT id, history_count AS count FROM waybill.job WHERE id = ANY($1::uuid[])';

/** Makes the watch, which looks only while somebody reads. */
export function createHistoryWatch(office: WatchOffice): HistoryWatch {
  return new Watch(office);
}

class Watch implements HistoryWatch {
  readonly #office: WatchOffice;
  readonly #readers = new Set<Reader>();
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(office: WatchOffice) {
    this.#office = office;
    this.#stopListening = office.signals.on('history', (keys) => {
      this.#wakeIf(({ jobId }) => keys === '*' || keys.has(jobId));
    });
  }

  read(jobId: string, signal?: AbortSignal): HistoryReader {
    const isOver = (): boolean => this.#isClosed || signal?.aborted === true;
    const reader = new Reader(jobId, isOver);
    const onAbort = (): void => reader.wake();
    signal?.addEventListener('abort', onAbort);
    this.#readers.add(reader);
    if (this.#readers.size === 1) this.#lookLater();
    return {
      changed: (seenCount) => reader.changed(seenCount),
      [Symbol.dispose]: () => {
        signal?.removeEventListener('abort', onAbort);
        this.#readers.delete(reader);
        if (this.#readers.size === 0) clearTimeout(this.#timer);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#wakeIf(() => true);
  }

  #wakeIf(isConcerned: (reader: Reader) => boolean): void {
    for (const reader of this.#readers) if (isConcerned(reader)) reader.wake();
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#readers.size === 0) return;
    this.#timer = ContextSnapshot.root.run(
      setTimeout,
      () => void this.#look(),
      this.#office.lookMs ?? 1_000,
    );
  }

  async #look(): Promise<void> {
    type Row = { readonly id: string; readonly count: number };
    const { database, onError } = this.#office;
    const ids = new Set([...this.#readers].map(({ jobId }) => jobId));
    try {
      const rows = await database.query<Row>(selectCounts, [[...ids]]);
      const counts = new Map(rows.map(({ id, count }) => [id, count]));
      // A job that is gone wakes too: its readers end.
      this.#wakeIf(({ jobId, seenCount }) => counts.get(jobId) !== seenCount);
    } catch (error) {
      onError(error);
    }
    this.#lookLater();
  }
}

class Reader {
  readonly jobId: string;
  seenCount = 0;
  readonly #isOver: () => boolean;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(jobId: string, isOver: () => boolean) {
    this.jobId = jobId;
    this.#isOver = isOver;
  }

  wake(): void {
    this.#changed.resolve();
  }

  async changed(seenCount: number): Promise<boolean> {
    this.seenCount = seenCount;
    if (!this.#isOver()) await this.#changed.promise;
    this.#changed = Promise.withResolvers();
    return !this.#isOver();
  }
}
