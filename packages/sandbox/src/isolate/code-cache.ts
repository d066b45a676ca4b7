import type { ExternalCopy } from './ivm.ts';

/** Shorter sources compile faster than their cache is read back (measured; see the ADR on modules). */
const worthCachingChars = 2_000;

interface CachedCode {
  readonly code: ExternalCopy<ArrayBuffer>;
  /** Length of the source; the code is a few times as long. */
  readonly chars: number;
}

/**
 * Compiled code of earlier isolates, so that the next isolate need not parse the same source again.
 *
 * The engine checks a cache only against its own version and flags and the source's length, and runs whatever
 * is in it. So entries are keyed by a hash of the source, never leave this process's memory and never serve
 * another tenant than the one whose isolate made them; but for the kit, which is compiled before a guest runs there.
 */
export class CodeCache implements Disposable {
  readonly #maxChars: number;
  readonly #entries: Map<string, CachedCode> = new Map();
  #chars = 0;

  /** @param maxChars - characters of source whose code is kept; the longest unused module goes first */
  constructor(maxChars: number = 16 * 2 ** 20) {
    this.#maxChars = maxChars;
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
    return found?.code;
  }

  /** Keeps the code of `text` and takes it over: it is released here. */
  set(key: string, text: string, code: ExternalCopy<ArrayBuffer>): void {
    this.#drop(key);
    this.#entries.set(key, { code, chars: text.length });
    this.#chars += text.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#chars <= this.#maxChars) break;
      this.#drop(oldest);
    }
  }

  [Symbol.dispose](): void {
    for (const key of this.#entries.keys()) this.#drop(key);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#chars -= entry.chars;
    entry.code.release();
  }
}
