import { ParcelDraft } from './draft.ts';
import type { Parcel, ParcelHooks, ParcelLimits } from './parcel.ts';
import type { Primordials } from './primordials.ts';
import { Trail } from './trail.ts';

/**
 * The writing half of the parcel format.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms. There it handles hostile values, so it uses
 * captured built-ins, indexed loops and no iterators. A getter or a Proxy trap it meets is guest code running as
 * the guest, under the guest's own time limit; it may well write another parcel meanwhile.
 */
export class ParcelWriter {
  readonly #p: Primordials;
  readonly #root: Trail = new Trail('$', undefined);

  constructor(p: Primordials) {
    this.#p = p;
  }

  /** Writes a value down; throws the hooks' fault error for what cannot cross, and what a getter in it throws. */
  write(value: unknown, limits: ParcelLimits, hooks: ParcelHooks): Parcel {
    const root = this.#root;
    if (this.#isPlain(new ParcelDraft(this.#p, limits, hooks), value, 0)) {
      const text = this.#p.stringify(value);
      new ParcelDraft(this.#p, limits, hooks).count(text.length, root);
      return { text, bytes: '' };
    }
    const draft = new ParcelDraft(this.#p, limits, hooks);
    draft.put('#', root);
    this.#value(draft, value, root);
    return draft.parcel;
  }

  // Plain JSON data needs no tags, and is by far the most common: one walk, then the native stringify.
  #isPlain(draft: ParcelDraft, value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        draft.count(value.length + 2, this.#root);
        return true;
      case 'number':
        draft.count(1, this.#root);
        return this.#p.isFinite(value) && !(value === 0 && 1 / value < 0);
      case 'boolean':
        draft.count(4, this.#root);
        return true;
      case 'object':
        draft.count(2, this.#root);
        return value === null || this.#isPlainObject(draft, value, depth);
      default:
        return false;
    }
  }

  #isPlainObject(draft: ParcelDraft, value: object, depth: number): boolean {
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
      draft.count(key.length + 3, this.#root);
      const member = (value as Record<string, unknown>)[key];
      if (!this.#isPlain(draft, member, depth + 1)) return false;
    }
    return true;
  }

  #value(draft: ParcelDraft, value: unknown, trail: Trail): void {
    switch (typeof value) {
      case 'string':
        return draft.putString(value, trail);
      case 'number':
        return draft.put(this.#numberText(value), trail);
      case 'boolean':
        return draft.put(value ? 'true' : 'false', trail);
      case 'undefined':
        return draft.put('["u"]', trail);
      case 'bigint':
        // In hexadecimal, which both sides convert in linear time; decimal digits would take quadratic.
        return draft.put(`["b","${this.#p.hexOf(value)}"]`, trail);
      case 'function': {
        const { keepFunction } = draft.hooks;
        if (keepFunction === undefined) throw draft.refusal(trail, 'a function');
        return draft.put(`["f",${keepFunction(value as () => unknown)}]`, trail);
      }
      case 'symbol':
        throw draft.refusal(trail, 'a symbol');
      default:
        if (value === null) draft.put('null', trail);
        else this.#object(draft, value as object, trail);
    }
  }

  #numberText(value: number): string {
    if (!this.#p.isFinite(value)) return `["n","${value}"]`;
    return value === 0 && 1 / value < 0 ? '["n","-0"]' : `${value}`;
  }

  #object(draft: ParcelDraft, value: object, trail: Trail): void {
    const p = this.#p;
    if (draft.hooks.isProxy(value)) throw draft.refusal(trail, 'a Proxy');
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
        return draft.put(`["d",${time === time ? time : 'null'}]`, trail);
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
        throw draft.refusal(trail, isPromise ? 'a Promise (await it first)' : `a ${kind}`);
      }
    }
  }

  #items(draft: ParcelDraft, items: unknown[], trail: Trail): void {
    // A sparse array is as long as it says, and would be written in full.
    draft.assertRoom(items.length * 2, trail);
    draft.put('["a"', trail);
    const inside = new Trail(0, trail);
    for (let index = 0; index < items.length; index++) {
      inside.key = index;
      draft.put(',', inside);
      this.#value(draft, items[index], inside);
    }
    draft.put(']', trail);
  }

  #record(draft: ParcelDraft, value: object, trail: Trail): void {
    const keys = this.#p.ownKeys(value);
    draft.put('["o",{', trail);
    const inside = new Trail('', trail);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw draft.refusal(trail, 'a key named __proto__');
      inside.key = key;
      if (index > 0) draft.put(',', inside);
      draft.putString(key, inside);
      draft.put(':', inside);
      this.#value(draft, (value as Record<string, unknown>)[key], inside);
    }
    draft.put('}]', trail);
  }

  #map(draft: ParcelDraft, map: object, trail: Trail): void {
    draft.put('["m"', trail);
    const inside = new Trail('(entry)', trail);
    this.#p.mapForEach(map, (value, key) => {
      draft.put(',', inside);
      this.#value(draft, key, inside);
      draft.put(',', inside);
      this.#value(draft, value, inside);
    });
    draft.put(']', trail);
  }

  #set(draft: ParcelDraft, set: object, trail: Trail): void {
    draft.put('["s"', trail);
    const inside = new Trail('(item)', trail);
    this.#p.setForEach(set, (value) => {
      draft.put(',', inside);
      this.#value(draft, value, inside);
    });
    draft.put(']', trail);
  }

  #error(draft: ParcelDraft, error: object, trail: Trail): void {
    const { name, message } = error as { name: unknown; message: unknown };
    draft.put('["e",', trail);
    draft.putString(typeof name === 'string' ? name : '', trail);
    draft.put(',', trail);
    draft.putString(typeof message === 'string' ? message : '', trail);
    draft.put(']', trail);
  }

  #typedArray(draft: ParcelDraft, view: object, at: { typed: string; trail: Trail }): void {
    const p = this.#p;
    if (p.typedArrayConstructors[at.typed] === undefined) {
      throw draft.refusal(at.trail, `a ${at.typed}`);
    }
    const bytes = p.makeBytes(p.bufferOf(view), p.byteOffsetOf(view), p.byteLengthOf(view));
    this.#bytes(draft, bytes, at);
  }

  #bytes(draft: ParcelDraft, view: Uint8Array, at: { typed: string; trail: Trail }): void {
    const start = draft.putBytes(view, at.trail);
    draft.put(`["x","${at.typed}",${start},${this.#p.byteLengthOf(view)}]`, at.trail);
  }
}
