/**
 * The built-ins that parcel and kit code relies on, taken before any guest code has run.
 *
 * Guest code may replace every method of its realm. Code that shares the realm with it and must stay
 * true (see `writer.ts`) calls only what was captured here, through `apply`.
 */
export interface Primordials {
  readonly apply: typeof Reflect.apply;
  readonly ownKeys: (value: object) => string[];
  readonly prototypeOf: (value: object) => object | null;
  readonly defineProperty: typeof Object.defineProperty;
  readonly isArray: (value: unknown) => value is unknown[];
  readonly isFinite: (value: number) => boolean;
  readonly quote: (value: string | number) => string;
  readonly stringify: (value: unknown) => string;
  readonly parse: (text: string) => unknown;
  /** `[object Date]` and the like; a guest can forge it, so it only ever decides a refusal. */
  readonly classOf: (value: object) => string;
  /** The true class of a typed array, undefined for everything else; cannot be forged. */
  readonly typedArrayName: (value: object) => string | undefined;
  readonly bufferOf: (view: object) => ArrayBuffer;
  readonly byteOffsetOf: (view: object) => number;
  readonly byteLengthOf: (view: object) => number;
  readonly bufferByteLength: (buffer: object) => number;
  readonly dateTime: (value: object) => number;
  readonly slice: (text: string, start: number, end?: number) => string;
  readonly indexOf: (text: string, part: string) => number;
  readonly mapForEach: (map: object, visit: (value: unknown, key: unknown) => void) => void;
  readonly mapSet: (map: object, key: unknown, value: unknown) => void;
  readonly setForEach: (set: object, visit: (value: unknown) => void) => void;
  readonly setAdd: (set: object, value: unknown) => void;
  readonly makeMap: () => Map<unknown, unknown>;
  readonly makeSet: () => Set<unknown>;
  readonly makeDate: (time: number) => Date;
  readonly makeBigInt: (digits: string) => bigint;
  readonly makeError: (message: string) => Error;
  readonly makeBytes: (buffer: ArrayBuffer, byteOffset?: number, length?: number) => Uint8Array;
  readonly typedArrayConstructors: Readonly<
    Record<string, new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => object>
  >;
  readonly objectPrototype: object;
  readonly arrayPrototype: object;
}

/**
 * Captures the {@link Primordials} of the realm it runs in.
 *
 * Self-contained on purpose: its text is evaluated inside guest realms (`parcelSource`), so it may
 * name nothing but globals of the language.
 */
export function capturePrimordials(): Primordials {
  const { apply, getPrototypeOf } = Reflect;
  const [MapOf, SetOf, DateOf, BigIntOf, ErrorOf, Bytes] = [
    Map,
    Set,
    Date,
    BigInt,
    Error,
    Uint8Array,
  ];
  const { keys, defineProperty } = Object;
  const { stringify, parse } = JSON;
  const objectPrototype = Object.prototype;
  const objectToString = objectPrototype.toString;
  const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
  const getter = (holder: object, key: PropertyKey): ((this: unknown) => unknown) => {
    const found = Object.getOwnPropertyDescriptor(holder, key)?.get;
    if (found === undefined) throw new TypeError(`no getter ${String(key)}`);
    return found;
  };
  const typedArrayTag = getter(typedArrayPrototype, Symbol.toStringTag);
  const viewBuffer = getter(typedArrayPrototype, 'buffer');
  const viewByteOffset = getter(typedArrayPrototype, 'byteOffset');
  const viewByteLength = getter(typedArrayPrototype, 'byteLength');
  const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
  const { getTime } = Date.prototype;
  const { forEach: mapForEach, set: mapSet } = Map.prototype;
  const { forEach: setForEach, add: setAdd } = Set.prototype;
  const { slice, indexOf } = String.prototype;
  return {
    apply,
    ownKeys: keys,
    prototypeOf: getPrototypeOf,
    defineProperty,
    isArray: Array.isArray,
    isFinite: Number.isFinite,
    quote: stringify,
    stringify,
    parse: (text) => parse(text) as unknown,
    classOf: (value) => apply(objectToString, value, []),
    typedArrayName: (value) => apply(typedArrayTag, value, []) as string | undefined,
    bufferOf: (view) => apply(viewBuffer, view, []) as ArrayBuffer,
    byteOffsetOf: (view) => apply(viewByteOffset, view, []) as number,
    byteLengthOf: (view) => apply(viewByteLength, view, []) as number,
    bufferByteLength: (buffer) => apply(bufferLength, buffer, []) as number,
    dateTime: (value) => apply(getTime, value, []),
    slice: (text, start, end) => apply(slice, text, [start, end]),
    indexOf: (text, part) => apply(indexOf, text, [part]),
    mapForEach: (map, visit) => apply(mapForEach, map, [visit]),
    mapSet: (map, key, value) => void apply(mapSet, map, [key, value]),
    setForEach: (set, visit) => apply(setForEach, set, [visit]),
    setAdd: (set, value) => void apply(setAdd, set, [value]),
    makeMap: () => new MapOf(),
    makeSet: () => new SetOf(),
    makeDate: (time) => new DateOf(time),
    makeBigInt: (digits) => BigIntOf(digits),
    makeError: (message) => new ErrorOf(message),
    makeBytes: (buffer, byteOffset, length) => new Bytes(buffer, byteOffset, length),
    typedArrayConstructors: {
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    },
    objectPrototype,
    arrayPrototype: Array.prototype,
  };
}
