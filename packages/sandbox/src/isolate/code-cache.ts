import type { ExternalCopy } from './ivm.ts';

/** Shorter sources compile faster than their cache is read back (measured; see the ADR on modules). */
const worthCachingChars = 2_000;

/**
 * Compiled code of earlier isolates, so that the next isolate need not parse the same source again.
 *
 * The engine checks a cache only against its own version and flags and the source's length, and runs whatever
 * is in it. So entries are keyed by a hash of the source, never leave this process's memory and never serve
 * another tenant than the one whose isolate made them.
 */
export class CodeCache implements Disposable {
  readonly #maxEntries: number;
  readonly #entries: Map<string, ExternalCopy<ArrayBuffer>> = new Map();

  /** @param maxEntries - modules whose code is kept; the longest unused one goes first */
  constructor(maxEntries = 256) {
    this.#maxEntries = maxEntries;
  }

  /** Modules whose code is kept now. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether a source is long enough to gain from the cache. */
  accepts(text: string): boolean {
    return text.length >= worthCachingChars;
  }

  get(key: string): ExternalCopy<ArrayBuffer> | undefined {
    const found = this.#entries.get(key);
    if (found !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, found);
    }
    return found;
  }

  /** Keeps an entry and takes it over: it is released here. */
  set(key: string, code: ExternalCopy<ArrayBuffer>): void {
    this.#entries.get(key)?.release();
    this.#entries.delete(key);
    this.#entries.set(key, code);
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
      entry.release();
    }
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries.values()) entry.release();
    this.#entries.clear();
  }
}
