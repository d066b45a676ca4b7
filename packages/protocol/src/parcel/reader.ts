import type { ParcelHooks } from './parcel.ts';
import type { Primordials } from './primordials.ts';

/** Reads a parcel back into a value; throws a `ParcelError` (`malformed`) for text no writer made. */
export type ReadParcel = (text: string, bytes: string, hooks: ParcelHooks) => unknown;

/**
 * Makes the reading half of the parcel format.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms (`parcelSource`). On the host it reads
 * what a guest caused to be written: every tag is checked, and no key of the input ever reaches a prototype.
 */
export function makeParcelReader(p: Primordials): ReadParcel {
  let hooks: ParcelHooks;
  let bytes = '';

  const malformed = (found: string): Error =>
    p.defineProperty(p.makeError(`malformed parcel: ${found}`), 'parcelFault', {
      __proto__: null,
      value: { reason: 'malformed', path: '$', found },
    } as PropertyDescriptor);
  const put = (target: object, key: PropertyKey, value: unknown): void => {
    p.defineProperty(target, key, {
      __proto__: null,
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor);
  };
  const wholeNumber = (value: unknown): number => {
    if (typeof value === 'number' && value >= 0 && value % 1 === 0) return value;
    throw malformed('a count that is no whole number');
  };
  const string = (value: unknown): string => {
    if (typeof value === 'string') return value;
    throw malformed('something else where text belongs');
  };

  // Plain text comes from JSON.parse: a key named __proto__ there is an own property, which the caller's
  // next Object.assign would turn into a prototype. The writer never writes one, so it is refused.
  const refuseProto = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const keys = p.ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      if (key === '__proto__') throw malformed('a key named __proto__');
      refuseProto((value as Record<string, unknown>)[key]);
    }
  };

  const readBytes = (node: unknown[]): object => {
    const type = string(node[1]);
    const start = wholeNumber(node[2]);
    const length = wholeNumber(node[3]);
    if (start + length > bytes.length) throw malformed('bytes that are not there');
    const view = hooks.bytesFromText(bytes, start, length);
    if (type === 'ArrayBuffer') return p.bufferOf(view);
    const constructors = p.typedArrayConstructors;
    const keys = p.ownKeys(constructors);
    for (let index = 0; index < keys.length; index++) {
      const name = keys[index] as string;
      const make = constructors[name];
      if (name === type && make !== undefined) return new make(p.bufferOf(view));
    }
    throw malformed('an unknown kind of bytes');
  };
  const readArray = (node: unknown[]): unknown[] => {
    const items: unknown[] = [];
    for (let index = 1; index < node.length; index++) put(items, index - 1, read(node[index]));
    return items;
  };
  const readRecord = (node: unknown[]): object => {
    const record = {};
    for (let index = 1; index < node.length; index += 2) {
      const key = string(node[index]);
      if (key === '__proto__') throw malformed('a key named __proto__');
      put(record, key, read(node[index + 1]));
    }
    return record;
  };
  const readMap = (node: unknown[]): Map<unknown, unknown> => {
    const map = p.makeMap();
    for (let index = 1; index < node.length; index += 2) {
      p.mapSet(map, read(node[index]), read(node[index + 1]));
    }
    return map;
  };
  const readSet = (node: unknown[]): Set<unknown> => {
    const set = p.makeSet();
    for (let index = 1; index < node.length; index++) p.setAdd(set, read(node[index]));
    return set;
  };
  const readError = (node: unknown[]): Error => {
    const error = p.makeError(string(node[2]));
    put(error, 'name', string(node[1]));
    put(error, 'stack', `${string(node[1])}: ${string(node[2])}`);
    return error;
  };
  const read = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (!p.isArray(node)) throw malformed('an object outside a tag');
    switch (node[0]) {
      case 'u':
        return undefined;
      case 'n':
        return +string(node[1]);
      case 'b':
        return p.makeBigInt(string(node[1]));
      case 'd':
        return p.makeDate(node[1] === null ? 0 / 0 : (node[1] as number));
      case 'x':
        return readBytes(node);
      case 'a':
        return readArray(node);
      case 'o':
        return readRecord(node);
      case 'm':
        return readMap(node);
      case 's':
        return readSet(node);
      case 'e':
        return readError(node);
      case 'f':
        if (hooks.makeFunction === undefined) throw malformed('a function where none may be');
        return hooks.makeFunction(wholeNumber(node[1]));
      default:
        throw malformed('an unknown tag');
    }
  };

  return (text, withBytes, withHooks) => {
    hooks = withHooks;
    bytes = withBytes;
    if (text[0] !== '#') {
      const value = p.parse(text);
      if (p.indexOf(text, '__proto__') >= 0 || p.indexOf(text, '\\u') >= 0) refuseProto(value);
      return value;
    }
    return read(p.parse(p.slice(text, 1)));
  };
}
