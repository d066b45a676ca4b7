import type { Parcel, ParcelFault, ParcelHooks, ParcelLimits } from './parcel.ts';
import type { Primordials } from './primordials.ts';
import { Trail } from './trail.ts';

/** One parcel being written. */
interface Draft {
  readonly limits: ParcelLimits;
  readonly hooks: ParcelHooks;
  /** What the limit counts so far. */
  chars: number;
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
    const draft: Draft = { limits, hooks, chars: 0, bytes: '' };
    if (this.#isPlain(draft, value, 0)) {
      const text = this.#p.stringify(value);
      draft.chars = 0;
      this.#count(draft, text.length, '$');
      return { text, bytes: '' };
    }
    draft.chars = 0;
    const text = `#${this.#value(draft, value, new Trail('$', undefined))}`;
    return { text, bytes: draft.bytes };
  }

  // Plain JSON data needs no tags, and is by far the most common: one walk, then the native stringify.
  #isPlain(draft: Draft, value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        this.#count(draft, value.length + 2, '$');
        return true;
      case 'number':
        this.#count(draft, 4, '$');
        return this.#p.isFinite(value) && !(value === 0 && 1 / value < 0);
      case 'boolean':
        this.#count(draft, 4, '$');
        return true;
      case 'object':
        this.#count(draft, 4, '$');
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
      this.#count(draft, value.length, '$');
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
      this.#count(draft, key.length + 4, '$');
      const member = (value as Record<string, unknown>)[key];
      if (!this.#isPlain(draft, member, depth + 1)) return false;
    }
    return true;
  }

  #value(draft: Draft, value: unknown, trail: Trail): string {
    this.#count(draft, 4, trail);
    switch (typeof value) {
      case 'string':
        this.#count(draft, value.length, trail);
        return this.#p.stringify(value);
      case 'number':
        if (!this.#p.isFinite(value)) return `["n","${value}"]`;
        return value === 0 && 1 / value < 0 ? '["n","-0"]' : `${value}`;
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return '["u"]';
      case 'bigint': {
        // In hexadecimal, which both sides convert in linear time; decimal digits would take quadratic.
        const digits = this.#p.hexOf(value);
        this.#count(draft, digits.length, trail);
        return `["b","${digits}"]`;
      }
      case 'function': {
        const { keepFunction } = draft.hooks;
        if (keepFunction === undefined) throw this.#refusal(draft, trail, 'a function');
        return `["f",${keepFunction(value as () => unknown)}]`;
      }
      case 'symbol':
        throw this.#refusal(draft, trail, 'a symbol');
      default:
        return value === null ? 'null' : this.#object(draft, value as object, trail);
    }
  }

  #object(draft: Draft, value: object, trail: Trail): string {
    if (draft.hooks.isProxy(value)) throw this.#refusal(draft, trail, 'a Proxy');
    if (trail.depth >= draft.limits.maxDepth) {
      const found = `more than ${draft.limits.maxDepth} levels, or a cycle`;
      throw this.#fault(draft, { reason: 'too-deep', path: trail.text(), found });
    }
    if (this.#p.isArray(value)) return this.#items(draft, value, trail);
    const typed = this.#p.typedArrayName(value);
    if (typed !== undefined) return this.#typedArray(draft, value, { typed, trail });
    const kind = this.#p.classOf(value);
    switch (kind) {
      case '[object Object]':
        return this.#record(draft, value, trail);
      // Each of these looks at internal slots next, and throws on an impostor.
      case '[object Date]': {
        const time = this.#p.dateTime(value);
        return `["d",${time === time ? time : 'null'}]`;
      }
      case '[object Map]':
        return this.#map(draft, value, trail);
      case '[object Set]':
        return this.#set(draft, value, trail);
      case '[object ArrayBuffer]':
        this.#p.bufferByteLength(value);
        return this.#bytes(draft, this.#p.makeBytes(value as ArrayBuffer), {
          typed: 'ArrayBuffer',
          trail,
        });
      case '[object Error]':
        return this.#error(draft, value, trail);
      default: {
        const isPromise = kind === '[object Promise]';
        throw this.#refusal(draft, trail, isPromise ? 'a Promise (await it first)' : `a ${kind}`);
      }
    }
  }

  #items(draft: Draft, items: unknown[], trail: Trail): string {
    let text = '["a"';
    const inside = new Trail(0, trail);
    // A sparse array is as long as it says, and written in full.
    this.#count(draft, items.length, trail);
    for (let index = 0; index < items.length; index++) {
      inside.key = index;
      text += `,${this.#value(draft, items[index], inside)}`;
    }
    return `${text}]`;
  }

  #record(draft: Draft, value: object, trail: Trail): string {
    const keys = this.#p.ownKeys(value);
    let text = '["o"';
    const inside = new Trail('', trail);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw this.#refusal(draft, trail, 'a key named __proto__');
      inside.key = key;
      this.#count(draft, key.length + 4, inside);
      const member = this.#value(draft, (value as Record<string, unknown>)[key], inside);
      text += `,${this.#p.stringify(key)},${member}`;
    }
    return `${text}]`;
  }

  #map(draft: Draft, map: object, trail: Trail): string {
    let text = '["m"';
    const inside = new Trail('(entry)', trail);
    this.#p.mapForEach(map, (value, key) => {
      text += `,${this.#value(draft, key, inside)},${this.#value(draft, value, inside)}`;
    });
    return `${text}]`;
  }

  #set(draft: Draft, set: object, trail: Trail): string {
    let text = '["s"';
    const inside = new Trail('(item)', trail);
    this.#p.setForEach(set, (value) => {
      text += `,${this.#value(draft, value, inside)}`;
    });
    return `${text}]`;
  }

  #error(draft: Draft, error: object, trail: Trail): string {
    const { name, message } = error as { name: unknown; message: unknown };
    const nameText = typeof name === 'string' ? name : '';
    const messageText = typeof message === 'string' ? message : '';
    this.#count(draft, nameText.length + messageText.length, trail);
    return `["e",${this.#p.stringify(nameText)},${this.#p.stringify(messageText)}]`;
  }

  #typedArray(draft: Draft, view: object, at: { typed: string; trail: Trail }): string {
    const p = this.#p;
    if (p.typedArrayConstructors[at.typed] === undefined) {
      throw this.#refusal(draft, at.trail, `a ${at.typed}`);
    }
    const bytes = p.makeBytes(p.bufferOf(view), p.byteOffsetOf(view), p.byteLengthOf(view));
    return this.#bytes(draft, bytes, at);
  }

  #bytes(draft: Draft, view: Uint8Array, at: { typed: string; trail: Trail }): string {
    const length = this.#p.byteLengthOf(view);
    this.#count(draft, length + 24, at.trail);
    const start = draft.bytes.length;
    draft.bytes += draft.hooks.textFromBytes(view);
    return `["x","${at.typed}",${start},${length}]`;
  }

  #count(draft: Draft, more: number, where: Trail | '$'): void {
    draft.chars += more;
    if (draft.chars <= draft.limits.maxChars) return;
    const path = where === '$' ? where : where.text();
    const found = `more than ${draft.limits.maxChars} characters so far`;
    throw this.#fault(draft, { reason: 'too-large', path, found });
  }

  #refusal(draft: Draft, trail: Trail, found: string): Error {
    return this.#fault(draft, { reason: 'not-carriable', path: trail.text(), found });
  }

  #fault(draft: Draft, fault: ParcelFault): Error {
    return draft.hooks.faultError(fault);
  }
}
