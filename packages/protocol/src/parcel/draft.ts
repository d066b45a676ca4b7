import type { Parcel, ParcelHooks, ParcelLimits } from './parcel.ts';
import type { Primordials } from './primordials.ts';
import type { Trail } from './trail.ts';

/**
 * One parcel being written, and how much of its limit is used.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms.
 */
export class ParcelDraft {
  readonly limits: ParcelLimits;
  readonly hooks: ParcelHooks;
  readonly #p: Primordials;
  #chars = 0;
  #text = '';
  // The latest of the text, not yet in `#text`.
  #chunk = '';
  #bytes = '';

  constructor(p: Primordials, limits: ParcelLimits, hooks: ParcelHooks) {
    this.#p = p;
    this.limits = limits;
    this.hooks = hooks;
  }

  /** What was put down so far. */
  get parcel(): Parcel {
    return { text: this.#text + this.#chunk, bytes: this.#bytes };
  }

  /** Adds a piece of text. */
  put(piece: string, where: Trail): void {
    this.count(piece.length, where);
    this.#chunk += piece;
    if (this.#chunk.length < 4096) return;
    // The engine keeps what was added as a tree of pieces, many times the size of its text, until somebody reads it.
    this.#p.charCodeAt(this.#chunk, 0);
    this.#text += this.#chunk;
    this.#chunk = '';
  }

  /** Adds a string as JSON. */
  putString(value: string, where: Trail): void {
    this.assertRoom(value.length + 2, where);
    this.put(this.#p.stringify(value), where);
  }

  /** Adds bytes; gives where they start. */
  putBytes(view: Uint8Array, where: Trail): number {
    this.count(this.#p.byteLengthOf(view), where);
    const start = this.#bytes.length;
    this.#bytes += this.hooks.textFromBytes(view);
    return start;
  }

  /** Takes so many characters from the limit. */
  count(more: number, where: Trail): void {
    this.assertRoom(more, where);
    this.#chars += more;
  }

  /** Throws the hooks' fault error (`too-large`) where so many characters more would be too many. */
  assertRoom(more: number, where: Trail): void {
    const { maxChars } = this.limits;
    if (this.#chars + more <= maxChars) return;
    const found = `more than ${maxChars} characters so far`;
    throw this.hooks.faultError({ reason: 'too-large', path: where.text(), found });
  }

  /** The error of a value that cannot cross. */
  refusal(where: Trail, found: string): Error {
    return this.hooks.faultError({ reason: 'not-carriable', path: where.text(), found });
  }
}
