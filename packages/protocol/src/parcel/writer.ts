import type { Parcel, ParcelHooks, ParcelLimits } from './parcel.ts';
import type { Primordials } from './primordials.ts';

/** Writes a value down; throws a `ParcelError` for what cannot cross. */
export type WriteParcel = (value: unknown, limits: ParcelLimits, hooks: ParcelHooks) => Parcel;

/**
 * Makes the writing half of the parcel format.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms (`parcelSource`). There it handles
 * hostile values, so it uses captured built-ins, indexed loops and no iterators. A getter or a Proxy trap it
 * meets is guest code running as the guest, under the guest's own time limit.
 */
export function makeParcelWriter(p: Primordials): WriteParcel {
  const { ownKeys, prototypeOf, isArray, quote, stringify, objectPrototype } = p;
  let hooks: ParcelHooks;
  let limits: ParcelLimits;
  let chars = 0;
  let bytes = '';

  const fault = (reason: string, path: string, found: string): Error =>
    p.defineProperty(p.makeError(`${path}: ${found}`), 'parcelFault', {
      __proto__: null,
      value: { reason, path, found },
    } as PropertyDescriptor);
  const count = (more: number, path: string): void => {
    chars += more;
    if (chars > limits.maxChars) {
      throw fault('too-large', path, `more than ${limits.maxChars} characters so far`);
    }
  };
  const at = (path: string, key: string): string =>
    path.length > 200 ? path : `${path}.${key.length > 40 ? '(long key)' : key}`;

  // Plain JSON data needs no tags, and is by far the most common: one walk, then the native stringify.
  const isPlain = (value: unknown, depth: number): boolean => {
    if (typeof value === 'string') {
      count(value.length + 2, '$');
      return true;
    }
    if (typeof value === 'number') {
      count(4, '$');
      return p.isFinite(value) && !(value === 0 && 1 / value < 0);
    }
    if (value === null || typeof value === 'boolean') {
      count(4, '$');
      return true;
    }
    if (typeof value !== 'object' || depth >= limits.maxDepth || hooks.isProxy(value)) return false;
    if (isArray(value)) {
      if (prototypeOf(value) !== p.arrayPrototype) return false;
      count(value.length + 2, '$');
      for (let index = 0; index < value.length; index++) {
        if (!isPlain(value[index], depth + 1)) return false;
      }
      return true;
    }
    const prototype = prototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null) return false;
    const keys = ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') return false;
      count(key.length + 4, '$');
      if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  };

  const writeBytes = (type: string, view: Uint8Array, path: string): string => {
    const start = bytes.length;
    count(view.length + 24, path);
    bytes += hooks.textFromBytes(view);
    return `["x",${quote(type)},${start},${view.length}]`;
  };
  const writeItems = (tag: string, items: unknown[], depth: number, path: string): string => {
    let text = `["${tag}"`;
    count(items.length + 4, path);
    for (let index = 0; index < items.length; index++) {
      text += `,${write(items[index], depth + 1, `${path}[${index}]`)}`;
    }
    return `${text}]`;
  };
  const writeMap = (map: object, depth: number, path: string): string => {
    let text = '["m"';
    p.mapForEach(map, (value, key) => {
      text += `,${write(key, depth + 1, `${path}.key`)},${write(value, depth + 1, `${path}.value`)}`;
    });
    return `${text}]`;
  };
  const writeSet = (set: object, depth: number, path: string): string => {
    let text = '["s"';
    p.setForEach(set, (value) => {
      text += `,${write(value, depth + 1, `${path}.item`)}`;
    });
    return `${text}]`;
  };
  const writeRecord = (value: object, depth: number, path: string): string => {
    const keys = ownKeys(value);
    let text = '["o"';
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw fault('not-carriable', path, 'a key named __proto__');
      count(key.length + 4, path);
      const member = write((value as Record<string, unknown>)[key], depth + 1, at(path, key));
      text += `,${quote(key)},${member}`;
    }
    return `${text}]`;
  };
  // The classes that cross as themselves. Each look at internal slots throws on an impostor.
  const writeKnown = (value: object, depth: number, path: string): string | undefined => {
    const typed = p.typedArrayName(value);
    if (typed !== undefined) {
      if (!(typed in p.typedArrayConstructors)) {
        throw fault('not-carriable', path, `a ${typed}`);
      }
      const view = p.makeBytes(p.bufferOf(value), p.byteOffsetOf(value), p.byteLengthOf(value));
      return writeBytes(typed, view, path);
    }
    const kind = p.classOf(value);
    if (kind === '[object Object]') return undefined;
    if (kind === '[object Date]') {
      const time = p.dateTime(value);
      return `["d",${time === time ? time : 'null'}]`;
    }
    if (kind === '[object Map]') return writeMap(value, depth, path);
    if (kind === '[object Set]') return writeSet(value, depth, path);
    if (kind === '[object ArrayBuffer]') {
      p.bufferByteLength(value);
      return writeBytes('ArrayBuffer', p.makeBytes(value as ArrayBuffer), path);
    }
    if (kind === '[object Error]') {
      const { name, message } = value as { name: unknown; message: unknown };
      const text = (from: unknown): string => (typeof from === 'string' ? from : '');
      count(text(name).length + text(message).length, path);
      return `["e",${quote(text(name))},${quote(text(message))}]`;
    }
    const words = kind === '[object Promise]' ? 'a Promise (await it first)' : `a value of ${kind}`;
    throw fault('not-carriable', path, words);
  };
  const writeObject = (value: object, depth: number, path: string): string => {
    if (hooks.isProxy(value)) throw fault('not-carriable', path, 'a Proxy');
    if (depth >= limits.maxDepth) {
      throw fault('too-deep', path, `more than ${limits.maxDepth} levels, or a cycle`);
    }
    if (isArray(value)) return writeItems('a', value, depth, path);
    return writeKnown(value, depth, path) ?? writeRecord(value, depth, path);
  };
  const writeNumber = (value: number): string => {
    if (!p.isFinite(value)) return `["n","${value}"]`;
    return value === 0 && 1 / value < 0 ? '["n","-0"]' : quote(value);
  };
  const write = (value: unknown, depth: number, path: string): string => {
    count(4, path);
    switch (typeof value) {
      case 'string':
        count(value.length, path);
        return quote(value);
      case 'number':
        return writeNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return '["u"]';
      case 'bigint': {
        const digits = `${value}`;
        count(digits.length, path);
        return `["b","${digits}"]`;
      }
      case 'function':
        if (hooks.keepFunction === undefined) throw fault('not-carriable', path, 'a function');
        return `["f",${hooks.keepFunction(value as never)}]`;
      case 'symbol':
        throw fault('not-carriable', path, 'a symbol');
      default:
        return value === null ? 'null' : writeObject(value as object, depth, path);
    }
  };

  const start = (value: unknown): Parcel => {
    chars = 0;
    bytes = '';
    if (isPlain(value, 0)) {
      const text = stringify(value);
      chars = 0;
      count(text.length, '$');
      return { text, bytes };
    }
    chars = 0;
    return { text: `#${write(value, 0, '$')}`, bytes };
  };
  return (value, forLimits, forHooks) => {
    // A getter in the value may be guest code that makes a host call, and so writes another parcel meanwhile.
    const outer = { limits, hooks, chars, bytes };
    limits = forLimits;
    hooks = forHooks;
    try {
      return start(value);
    } finally {
      limits = outer.limits;
      hooks = outer.hooks;
      chars = outer.chars;
      bytes = outer.bytes;
    }
  };
}
