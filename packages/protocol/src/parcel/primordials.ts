/**
 * The built-ins that parcel and kit code relies on, taken before any guest code has run.
 *
 * Guest code may replace every global and every method of its realm. Code that shares the realm with it and must
 * stay true calls only what was captured here, through `apply`.
 */
export interface Primordials extends ObjectPrimordials, BytesPrimordials, CollectionPrimordials {}

/** Objects, texts and JSON. */
export interface ObjectPrimordials {
  readonly apply: typeof Reflect.apply;
  /** Own enumerable string keys. */
  readonly ownKeys: (value: object) => string[];
  readonly prototypeOf: (value: object) => object | null;
  /** Defines an own data property, whatever setters the prototypes have. */
  readonly put: (target: object, key: PropertyKey, value: unknown, enumerable?: boolean) => void;
  readonly isArray: (value: unknown) => value is unknown[];
  readonly isFinite: (value: number) => boolean;
  readonly stringify: (value: unknown) => string;
  readonly parse: (text: string) => unknown;
  /** `[object Date]` and the like; a guest can forge it, so it only ever decides a refusal. */
  readonly classOf: (value: object) => string;
  readonly slice: (text: string, start: number, end?: number) => string;
  readonly indexOf: (text: string, part: string, from?: number) => number;
  readonly charCodeAt: (text: string, index: number) => number;
  readonly hexOf: (value: bigint) => string;
  readonly makeBigInt: (digits: string) => bigint;
  readonly makeError: (message: string) => Error;
  readonly objectPrototype: object;
  readonly arrayPrototype: object;
}

/** Buffers and typed arrays. */
export interface BytesPrimordials {
  /** The true class of a typed array, undefined for everything else; cannot be forged. */
  readonly typedArrayName: (value: object) => string | undefined;
  readonly bufferOf: (view: object) => ArrayBuffer;
  readonly byteOffsetOf: (view: object) => number;
  readonly byteLengthOf: (view: object) => number;
  readonly bufferByteLength: (buffer: object) => number;
  readonly makeBytes: (buffer: ArrayBuffer, byteOffset?: number, length?: number) => Uint8Array;
  /** Those that may cross, by name; without a prototype. */
  readonly typedArrayConstructors: Readonly<
    Record<string, new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => object>
  >;
}

/** Maps, sets and dates. */
export interface CollectionPrimordials {
  readonly dateTime: (value: object) => number;
  readonly mapForEach: (map: object, visit: (value: unknown, key: unknown) => void) => void;
  readonly mapSet: (map: object, key: unknown, value: unknown) => void;
  readonly setForEach: (set: object, visit: (value: unknown) => void) => void;
  readonly setAdd: (set: object, value: unknown) => void;
  readonly makeMap: () => Map<unknown, unknown>;
  readonly makeSet: () => Set<unknown>;
  readonly makeDate: (time: number) => Date;
}

/**
 * Captures the {@link ObjectPrimordials} of the realm it runs in.
 *
 * Self-contained on purpose, as are the others here: their texts are evaluated inside guest realms, so they may
 * name nothing but globals of the language and each other.
 */
export function captureObjects(): ObjectPrimordials {
  const { apply, getPrototypeOf, defineProperty } = Reflect;
  const [BigIntOf, ErrorOf] = [BigInt, Error];
  const { stringify, parse } = JSON;
  const objectToString = Object.prototype.toString;
  const bigIntToString = BigInt.prototype.toString;
  const { slice, indexOf } = String.prototype;
  // A bound function needs no list of arguments per call; this one is called once for every byte.
  const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
  return {
    apply,
    ownKeys: Object.keys,
    prototypeOf: getPrototypeOf,
    put: (target, key, value, enumerable = true) => {
      const how = { __proto__: null, value, enumerable, writable: true, configurable: true };
      defineProperty(target, key, how as PropertyDescriptor);
    },
    isArray: Array.isArray,
    isFinite: Number.isFinite,
    stringify,
    parse: (text) => parse(text) as unknown,
    classOf: (value) => apply(objectToString, value, []),
    slice: (text, start, end) => apply(slice, text, [start, end]),
    indexOf: (text, part, from) => apply(indexOf, text, [part, from]),
    charCodeAt: charCodeAt as ObjectPrimordials['charCodeAt'],
    hexOf: (value) => apply(bigIntToString, value, [16]),
    makeBigInt: (digits) => BigIntOf(digits),
    makeError: (message) => new ErrorOf(message),
    objectPrototype: Object.prototype,
    arrayPrototype: Array.prototype,
  };
}

/** Captures the {@link BytesPrimordials} of the realm it runs in. Self-contained. */
export function captureBytes(): BytesPrimordials {
  const { apply, getPrototypeOf } = Reflect;
  const Bytes = Uint8Array;
  const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
  const getter = (holder: object, key: PropertyKey): ((this: unknown) => unknown) => {
    const found = Object.getOwnPropertyDescriptor(holder, key)?.get;
    if (found === undefined) throw new TypeError(`no getter ${String(key)}`);
    return found;
  };
  const tag = getter(typedArrayPrototype, Symbol.toStringTag);
  const buffer = getter(typedArrayPrototype, 'buffer');
  const byteOffset = getter(typedArrayPrototype, 'byteOffset');
  const byteLength = getter(typedArrayPrototype, 'byteLength');
  const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
  const typedArrayConstructors = {
    __proto__: null,
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
  };
  return {
    typedArrayName: (value) => apply(tag, value, []) as string | undefined,
    bufferOf: (view) => apply(buffer, view, []) as ArrayBuffer,
    byteOffsetOf: (view) => apply(byteOffset, view, []) as number,
    byteLengthOf: (view) => apply(byteLength, view, []) as number,
    bufferByteLength: (view) => apply(bufferLength, view, []) as number,
    makeBytes: (from, at, length) => new Bytes(from, at, length),
    typedArrayConstructors:
      typedArrayConstructors as unknown as BytesPrimordials['typedArrayConstructors'],
  };
}

/** Captures the {@link CollectionPrimordials} of the realm it runs in. Self-contained. */
export function captureCollections(): CollectionPrimordials {
  const { apply } = Reflect;
  const [MapOf, SetOf, DateOf] = [Map, Set, Date];
  const { getTime } = Date.prototype;
  const { forEach: mapForEach, set: mapSet } = Map.prototype;
  const { forEach: setForEach, add: setAdd } = Set.prototype;
  return {
    dateTime: (value) => apply(getTime, value, []),
    mapForEach: (map, visit) => apply(mapForEach, map, [visit]),
    mapSet: (map, key, value) => void apply(mapSet, map, [key, value]),
    setForEach: (set, visit) => apply(setForEach, set, [visit]),
    setAdd: (set, value) => void apply(setAdd, set, [value]),
    makeMap: () => new MapOf(),
    makeSet: () => new SetOf(),
    makeDate: (time) => new DateOf(time),
  };
}

/** Captures the {@link Primordials} of the realm it runs in. Self-contained. */
export function capturePrimordials(): Primordials {
  return { ...captureObjects(), ...captureBytes(), ...captureCollections() };
}
