import type { Parcel, ParcelHooks } from './parcel.ts';
import type { Primordials } from './primordials.ts';

/**
 * The reading half of the parcel format.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms. On the host it reads what a guest caused to
 * be written: every tag is checked, and no key of the input ever reaches a prototype.
 */
export class ParcelReader {
  readonly #p: Primordials;
  #hooks: ParcelHooks | undefined;
  #bytes = '';
  // Far above what any writer is allowed, far below what the stack holds.
  readonly #maxDepth = 1_100;

  constructor(p: Primordials) {
    this.#p = p;
  }

  /** Reads a parcel back into a new value; throws the hooks' fault error (`malformed`) for text no writer made. */
  read(parcel: Parcel, hooks: ParcelHooks): unknown {
    const p = this.#p;
    const { text } = parcel;
    this.#hooks = hooks;
    this.#bytes = parcel.bytes;
    const tagged = text[0] === '#';
    const json = this.#parse(tagged ? p.slice(text, 1) : text);
    if (tagged) return this.#value(json, 0);
    if (p.indexOf(text, '__proto__') >= 0 || p.indexOf(text, '\\u') >= 0)
      this.#refuseProto(json, 0);
    return json;
  }

  #parse(text: string): unknown {
    try {
      return this.#p.parse(text);
    } catch {
      throw this.#malformed('text that is no JSON');
    }
  }

  #malformed(found: string): Error {
    const fault = { reason: 'malformed', path: '$', found: `malformed parcel: ${found}` } as const;
    return (this.#hooks as ParcelHooks).faultError(fault);
  }

  #string(value: unknown): string {
    if (typeof value === 'string') return value;
    throw this.#malformed('something else where text belongs');
  }

  #wholeNumber(value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value % 1 === 0) return value;
    throw this.#malformed('a count that is no whole number');
  }

  // Plain text comes from JSON.parse: a key named __proto__ there is an own property, which the caller's
  // next Object.assign would turn into a prototype. The writer never writes one, so it is refused.
  #refuseProto(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) return;
    if (depth > this.#maxDepth) throw this.#malformed('too many levels');
    const keys = this.#p.ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw this.#malformed('a key named __proto__');
      this.#refuseProto((value as Record<string, unknown>)[key], depth + 1);
    }
  }

  #value(node: unknown, depth: number): unknown {
    if (typeof node !== 'object' || node === null) return node;
    if (!this.#p.isArray(node) || node.length === 0)
      throw this.#malformed('an object outside a tag');
    if (depth > this.#maxDepth) throw this.#malformed('too many levels');
    switch (node[0]) {
      case 'a':
        return this.#array(node, depth);
      case 'o':
        return this.#record(node, depth);
      case 'm':
        return this.#map(node, depth);
      case 's':
        return this.#set(node, depth);
      default:
        return this.#leaf(node);
    }
  }

  #leaf(node: unknown[]): unknown {
    const p = this.#p;
    const first = node.length > 1 ? node[1] : undefined;
    switch (node[0]) {
      case 'u':
        return undefined;
      case 'n':
        return +this.#string(first);
      case 'b':
        return this.#bigInt(this.#string(first));
      case 'd':
        return p.makeDate(first === null ? 0 / 0 : (first as number));
      case 'x':
        return this.#bytesOf(node);
      case 'e':
        return this.#error(node);
      case 'f': {
        const { makeFunction } = this.#hooks as ParcelHooks;
        if (makeFunction === undefined) throw this.#malformed('a function where none may be');
        return makeFunction(this.#wholeNumber(first));
      }
      default:
        throw this.#malformed('an unknown tag');
    }
  }

  #bigInt(digits: string): bigint {
    const negative = digits[0] === '-';
    try {
      const size = this.#p.makeBigInt(`0x${negative ? this.#p.slice(digits, 1) : digits}`);
      return negative ? -size : size;
    } catch {
      throw this.#malformed('a bigint that is none');
    }
  }

  #bytesOf(node: unknown[]): object {
    if (node.length !== 4) throw this.#malformed('bytes without a place');
    const type = this.#string(node[1]);
    const start = this.#wholeNumber(node[2]);
    const length = this.#wholeNumber(node[3]);
    if (start + length > this.#bytes.length) throw this.#malformed('bytes that are not there');
    const make = this.#p.typedArrayConstructors[type];
    if (make === undefined && type !== 'ArrayBuffer') {
      throw this.#malformed('an unknown kind of bytes');
    }
    const view = (this.#hooks as ParcelHooks).bytesFromText(this.#bytes, start, length);
    const buffer = this.#p.bufferOf(view);
    if (make === undefined) return buffer;
    try {
      return new make(buffer);
    } catch {
      throw this.#malformed(`${length} bytes as a ${type}`);
    }
  }

  // In place, where the parsed JSON has own members already: that is many times as fast as defining them anew, and
  // no setter on a prototype is ever asked.
  #array(node: unknown[], depth: number): unknown[] {
    for (let index = 1; index < node.length; index++) {
      node[index - 1] = this.#value(node[index], depth + 1);
    }
    node.length -= 1;
    return node;
  }

  #record(node: unknown[], depth: number): object {
    const record = node.length === 2 ? node[1] : undefined;
    if (typeof record !== 'object' || record === null || this.#p.isArray(record)) {
      throw this.#malformed('something else where a record belongs');
    }
    const keys = this.#p.ownKeys(record);
    const members = record as Record<string, unknown>;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw this.#malformed('a key named __proto__');
      members[key] = this.#value(members[key], depth + 1);
    }
    return record;
  }

  #map(node: unknown[], depth: number): Map<unknown, unknown> {
    if (node.length % 2 === 0) throw this.#malformed('a key without a value');
    const map = this.#p.makeMap();
    for (let index = 1; index < node.length; index += 2) {
      const key = this.#value(node[index], depth + 1);
      this.#p.mapSet(map, key, this.#value(node[index + 1], depth + 1));
    }
    return map;
  }

  #set(node: unknown[], depth: number): Set<unknown> {
    const set = this.#p.makeSet();
    for (let index = 1; index < node.length; index++) {
      this.#p.setAdd(set, this.#value(node[index], depth + 1));
    }
    return set;
  }

  #error(node: unknown[]): Error {
    if (node.length !== 3) throw this.#malformed('an error without a message');
    const name = this.#string(node[1]);
    const message = this.#string(node[2]);
    const error = this.#p.makeError(message);
    this.#p.put(error, 'name', name, false);
    // Where it was read says nothing; where it was made does not cross.
    this.#p.put(error, 'stack', `${name}: ${message}`, false);
    return error;
  }
}
