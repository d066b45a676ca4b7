import type { Program } from '@waybill/protocol';
import { type PreparedProgram, hashProgram, prepareProgram } from '@waybill/sandbox';

/** Programs this thread has parsed, by the hash of their source, so that a program is parsed once. */
export class ProgramCache {
  readonly #maxChars: number;
  readonly #entries: Map<string, PreparedProgram> = new Map();
  #chars = 0;

  /** @param maxChars - characters of transformed source kept; the longest unused program goes first */
  constructor(maxChars: number = 16 * 2 ** 20) {
    this.#maxChars = maxChars;
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
    this.#chars += charsOf(prepared);
    for (const [oldest, each] of this.#entries) {
      if (this.#chars <= this.#maxChars) break;
      this.#entries.delete(oldest);
      this.#chars -= charsOf(each);
    }
    return prepared;
  }
}

// A program of a few characters takes room too.
function charsOf({ modules }: PreparedProgram): number {
  return modules.reduce((sum, { text }) => sum + text.length + 1_024, 0);
}
