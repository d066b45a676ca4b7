/** How a {@link KeyCache} reads and forgets. */
export interface KeyCacheOptions<T> {
  readonly read: (id: string) => Promise<T | undefined>;
  readonly maxAgeMs: number;
  readonly maxCount: number;
  /** In ms, from whenever. */
  readonly now: () => number;
}

interface Entry<T> {
  readonly value: Promise<T | undefined>;
  readonly readAtMs: number;
  /** Whether there was something when it was last read. */
  isThere: boolean;
}

/**
 * Keeps what was read for a short time, that there is nothing included: a flood of requests with one wrong token is one statement
 * every few seconds. A read that fails is not kept.
 */
export class KeyCache<T> {
  readonly #options: KeyCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: KeyCacheOptions<T>) {
    this.#options = options;
  }

  get(id: string): Promise<T | undefined> {
    const { read, maxAgeMs, maxCount, now } = this.#options;
    const nowMs = now();
    const kept = this.#entries.get(id);
    if (kept !== undefined && nowMs - kept.readAtMs < maxAgeMs) return kept.value;
    this.#entries.delete(id);
    const entry: Entry<T> = {
      value: read(id),
      readAtMs: nowMs,
      isThere: kept?.isThere === true,
    };
    this.#entries.set(id, entry);
    entry.value.then(
      (value) => {
        entry.isThere = value !== undefined;
      },
      () => {
        if (this.#entries.get(id) === entry) this.#entries.delete(id);
      },
    );
    // The first of a map is what was read first.
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxCount && oldest !== undefined) this.#entries.delete(oldest);
    return entry.value;
  }

  /** Whether there was something under this id when it was last read, however long ago. */
  knows(id: string): boolean {
    return this.#entries.get(id)?.isThere === true;
  }

  drop(id: string): void {
    this.#entries.delete(id);
  }
}
