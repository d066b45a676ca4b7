import type { Parcel, ParcelHooks, ParcelLimits } from './parcel.ts';
import type { Primordials } from './primordials.ts';
import { Trail } from './trail.ts';

/** One parcel being written. */
interface Draft {
  readonly limits: ParcelLimits;
  readonly hooks: ParcelHooks;
  /** Characters that text and bytes have, or, while a plain value is walked, will have at least. */
  chars: number;
  text: string;
  /** The latest of the text, not yet in `text`. */
  chunk: string;
  bytes: string;
}

/**
 * The writing half of the parcel format.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms. There it handles hostile values, so it uses
 * captured built-ins, indexed loops and no iterators. A getter or a Proxy trap it meets is guest code running as
 * the guest, under the guest's own time limit; it may well write another parcel meanwhile.
 */
export class ParcelWriter {
  readonly #p: Primordials;

  constructor(p: Primordials) {
    this.#p = p;
  }

  /** Writes a value down; throws the hooks' fault error for what cannot cross, and what a getter in it throws. */
  write(value: unknown, limits: ParcelLimits, hooks: ParcelHooks): Parcel {
    const draft: Draft = { limits, hooks, chars: 0, text: '', chunk: '', bytes: '' };
    if (this.#isPlain(draft, value, 0)) {
      const text = this.#p.stringify(value);
      draft.chars = 0;
      this.#count(draft, text.length, '$');
      return { text, bytes: '' };
    }
    draft.chars = 0;
    const trail = new Trail('$', undefined);
    this.#put(draft, '#', trail);
    this.#value(draft, value, trail);
    return { text: draft.text + draft.chunk, bytes: draft.bytes };
  }

  // Plain JSON data needs no tags, and is by far the most common: one walk, then the native stringify.
  #isPlain(draft: Draft, value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        this.#count(draft, value.length + 2, '$');
        return true;
      case 'number':
        this.#count(draft, 1, '$');
        return this.#p.isFinite(value) && !(value === 0 && 1 / value < 0);
      case 'boolean':
        this.#count(draft, 4, '$');
        return true;
      case 'object':
        this.#count(draft, 2, '$');
        return value === null || this.#isPlainObject(draft, value, depth);
      default:
        return false;
    }
  }

  #isPlainObject(draft: Draft, value: object, depth: number): boolean {
    const p = this.#p;
    if (depth >= draft.limits.maxDepth || draft.hooks.isProxy(value)) return false;
    const prototype = p.prototypeOf(value);
    if (p.isArray(value)) {
      // The native stringify would ask it for a toJSON that some other code gave to all arrays.
      if (prototype !== p.arrayPrototype || 'toJSON' in value) return false;
      for (let index = 0; index < value.length; index++) {
        if (!this.#isPlain(draft, value[index], depth + 1)) return false;
      }
      return true;
    }
    if ((prototype !== p.objectPrototype && prototype !== null) || 'toJSON' in value) return false;
    const keys = p.ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') return false;
      this.#count(draft, key.length + 3, '$');
      const member = (value as Record<string, unknown>)[key];
      if (!this.#isPlain(draft, member, depth + 1)) return false;
    }
    return true;
  }

  #value(draft: Draft, value: unknown, trail: Trail): void {
    switch (typeof value) {
      case 'string':
        return this.#string(draft, value, trail);
      case 'number':
        return this.#put(draft, this.#numberText(value), trail);
      case 'boolean':
        return this.#put(draft, value ? 'true' : 'false', trail);
      case 'undefined':
        return this.#put(draft, '["u"]', trail);
      case 'bigint':
        // In hexadecimal, which both sides convert in linear time; decimal digits would take quadratic.
        return this.#put(draft, `["b","${this.#p.hexOf(value)}"]`, trail);
      case 'function': {
        const { keepFunction } = draft.hooks;
        if (keepFunction === undefined) throw this.#refusal(draft, trail, 'a function');
        return this.#put(draft, `["f",${keepFunction(value as () => unknown)}]`, trail);
      }
      case 'symbol':
        throw this.#refusal(draft, trail, 'a symbol');
      default:
        if (value === null) this.#put(draft, 'null', trail);
        else this.#object(draft, value as object, trail);
    }
  }

  #numberText(value: number): string {
    if (!this.#p.isFinite(value)) return `["n","${value}"]`;
    return value === 0 && 1 / value < 0 ? '["n","-0"]' : `${value}`;
  }

  #object(draft: Draft, value: object, trail: Trail): void {
    const p = this.#p;
    if (draft.hooks.isProxy(value)) throw this.#refusal(draft, trail, 'a Proxy');
    if (trail.depth >= draft.limits.maxDepth) {
      const found = `more than ${draft.limits.maxDepth} levels, or a cycle`;
      throw draft.hooks.faultError({ reason: 'too-deep', path: trail.text(), found });
    }
    if (p.isArray(value)) return this.#items(draft, value, trail);
    const typed = p.typedArrayName(value);
    if (typed !== undefined) return this.#typedArray(draft, value, { typed, trail });
    const kind = p.classOf(value);
    switch (kind) {
      case '[object Object]':
        return this.#record(draft, value, trail);
      // Each of these looks at internal slots next, and throws on an impostor.
      case '[object Date]': {
        const time = p.dateTime(value);
        return this.#put(draft, `["d",${time === time ? time : 'null'}]`, trail);
      }
      case '[object Map]':
        return this.#map(draft, value, trail);
      case '[object Set]':
        return this.#set(draft, value, trail);
      case '[object ArrayBuffer]': {
        p.bufferByteLength(value);
        const bytes = p.makeBytes(value as ArrayBuffer);
        return this.#bytes(draft, bytes, { typed: 'ArrayBuffer', trail });
      }
      case '[object Error]':
        return this.#error(draft, value, trail);
      default: {
        const isPromise = kind === '[object Promise]';
        throw this.#refusal(draft, trail, isPromise ? 'a Promise (await it first)' : `a ${kind}`);
      }
    }
  }

  #items(draft: Draft, items: unknown[], trail: Trail): void {
    // A sparse array is as long as it says, and would be written in full.
    this.#assertRoom(draft, items.length * 2, trail);
    this.#put(draft, '["a"', trail);
    const inside = new Trail(0, trail);
    for (let index = 0; index < items.length; index++) {
      inside.key = index;
      this.#put(draft, ',', inside);
      this.#value(draft, items[index], inside);
    }
    this.#put(draft, ']', trail);
  }

  #record(draft: Draft, value: object, trail: Trail): void {
    const keys = this.#p.ownKeys(value);
    this.#put(draft, '["o",{', trail);
    const inside = new Trail('', trail);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw this.#refusal(draft, trail, 'a key named __proto__');
      inside.key = key;
      if (index > 0) this.#put(draft, ',', inside);
      this.#string(draft, key, inside);
      this.#put(draft, ':', inside);
      this.#value(draft, (value as Record<string, unknown>)[key], inside);
    }
    this.#put(draft, '}]', trail);
  }

  #map(draft: Draft, map: object, trail: Trail): void {
    this.#put(draft, '["m"', trail);
    const inside = new Trail('(entry)', trail);
    this.#p.mapForEach(map, (value, key) => {
      this.#put(draft, ',', inside);
      this.#value(draft, key, inside);
      this.#put(draft, ',', inside);
      this.#value(draft, value, inside);
    });
    this.#put(draft, ']', trail);
  }

  #set(draft: Draft, set: object, trail: Trail): void {
    this.#put(draft, '["s"', trail);
    const inside = new Trail('(item)', trail);
    this.#p.setForEach(set, (value) => {
      this.#put(draft, ',', inside);
      this.#value(draft, value, inside);
    });
    this.#put(draft, ']', trail);
  }

  #error(draft: Draft, error: object, trail: Trail): void {
    const { name, message } = error as { name: unknown; message: unknown };
    this.#put(draft, '["e",', trail);
    this.#string(draft, typeof name === 'string' ? name : '', trail);
    this.#put(draft, ',', trail);
    this.#string(draft, typeof message === 'string' ? message : '', trail);
    this.#put(draft, ']', trail);
  }

  #typedArray(draft: Draft, view: object, at: { typed: string; trail: Trail }): void {
    const p = this.#p;
    if (p.typedArrayConstructors[at.typed] === undefined) {
      throw this.#refusal(draft, at.trail, `a ${at.typed}`);
    }
    const bytes = p.makeBytes(p.bufferOf(view), p.byteOffsetOf(view), p.byteLengthOf(view));
    this.#bytes(draft, bytes, at);
  }

  #bytes(draft: Draft, view: Uint8Array, at: { typed: string; trail: Trail }): void {
    const length = this.#p.byteLengthOf(view);
    this.#count(draft, length, at.trail);
    const start = draft.bytes.length;
    draft.bytes += draft.hooks.textFromBytes(view);
    this.#put(draft, `["x","${at.typed}",${start},${length}]`, at.trail);
  }

  #string(draft: Draft, value: string, trail: Trail): void {
    this.#assertRoom(draft, value.length + 2, trail);
    this.#put(draft, this.#p.stringify(value), trail);
  }

  #put(draft: Draft, piece: string, where: Trail): void {
    this.#count(draft, piece.length, where);
    draft.chunk += piece;
    if (draft.chunk.length < 4096) return;
    // The engine keeps what was added as a tree of pieces, many times the size of its text, until somebody reads it.
    this.#p.charCodeAt(draft.chunk, 0);
    draft.text += draft.chunk;
    draft.chunk = '';
  }

  #count(draft: Draft, more: number, where: Trail | '$'): void {
    this.#assertRoom(draft, more, where);
    draft.chars += more;
  }

  #assertRoom(draft: Draft, more: number, where: Trail | '$'): void {
    const { maxChars } = draft.limits;
    if (draft.chars + more <= maxChars) return;
    const path = where === '$' ? where : where.text();
    const found = `more than ${maxChars} characters so far`;
    throw draft.hooks.faultError({ reason: 'too-large', path, found });
  }

  #refusal(draft: Draft, trail: Trail, found: string): Error {
    return draft.hooks.faultError({ reason: 'not-carriable', path: trail.text(), found });
  }
}
