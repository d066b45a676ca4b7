import type { Program } from '@waybill/protocol';
import { type PreparedProgram, hashProgram, prepareProgram } from '@waybill/sandbox';

/** Programs this thread has parsed, by the hash of their source, so that a program is parsed once. */
export class ProgramCache {
  readonly #maxEntries: number;
  readonly #entries: Map<string, PreparedProgram> = new Map();

  /** @param maxEntries - programs kept; the longest unused one goes first */
  constructor(maxEntries = 512) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws a `GuestError` where the program does not parse or imports what is not there; such are not kept */
  prepare(program: Program): PreparedProgram {
    const hash = hashProgram(program);
    const known = this.#entries.get(hash);
    if (known !== undefined) {
      this.#entries.delete(hash);
      this.#entries.set(hash, known);
      return known;
    }
    const prepared = prepareProgram(program);
    this.#entries.set(hash, prepared);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
    return prepared;
  }
}
