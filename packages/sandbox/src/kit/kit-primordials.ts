import { type Primordials, capturePrimordials } from '@waybill/protocol';

/** The built-ins that the kit relies on beside those of parcels, captured the same way. */
export interface KitPrimordials extends Primordials {
  readonly freeze: <T>(value: T) => Readonly<T>;
  /** An empty object without a prototype. */
  readonly makeRecord: <T>() => Record<string, T>;
  readonly mapGet: <V>(map: Map<unknown, V>, key: unknown) => V | undefined;
  readonly mapDelete: (map: Map<unknown, unknown>, key: unknown) => boolean;
  readonly mapSize: (map: Map<unknown, unknown>) => number;
  readonly weakGet: <V>(map: WeakMap<object, V>, key: object) => V | undefined;
  readonly weakSet: <V>(map: WeakMap<object, V>, key: object, value: V) => void;
  readonly makeTypeError: (message: string) => Error;
  readonly makePromise: <T>(run: ConstructorParameters<typeof Promise<T>>[0]) => Promise<T>;
  /** Gives an object a `stack`: the frames below a function, its callers. */
  readonly captureStack: (target: object, below: (...args: never[]) => unknown) => void;
  readonly textOf: (value: unknown) => string;
  readonly numberOf: (value: unknown) => number;
}

/** Captures the {@link KitPrimordials} of the realm it runs in. Self-contained. */
export function captureKitPrimordials(): KitPrimordials {
  const { apply } = Reflect;
  const { create, freeze } = Object;
  const { get: mapGet, delete: mapDelete } = Map.prototype;
  const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number;
  const { get: weakGet, set: weakSet } = WeakMap.prototype;
  const [PromiseOf, TypeErrorOf, StringOf, NumberOf] = [Promise, TypeError, String, Number];
  const { captureStackTrace } = Error;
  return {
    ...capturePrimordials(),
    freeze,
    makeRecord: () => create(null) as Record<string, never>,
    mapGet: (map, key) => apply(mapGet, map, [key]) as never,
    mapDelete: (map, key) => apply(mapDelete, map, [key]),
    mapSize: (map) => apply(mapSize, map, []),
    weakGet: (map, key) => apply(weakGet, map, [key]) as never,
    weakSet: (map, key, value) => void apply(weakSet, map, [key, value]),
    makeTypeError: (message) => new TypeErrorOf(message),
    makePromise: (run) => new PromiseOf(run),
    captureStack: (target, below) => captureStackTrace(target, below),
    textOf: (value) => StringOf(value),
    numberOf: (value) => NumberOf(value),
  };
}
