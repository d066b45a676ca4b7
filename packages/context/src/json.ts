/** A value with an exact JSON form: what a codec encodes to and decodes from. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Why a value has no exact JSON form, and where in it. Holds no part of the value but its keys. */
export interface JsonFlaw {
  /** Where, for example `$.user.roles[2]`. */
  readonly path: string;
  /** What is there, for example `a function`. */
  readonly found: string;
}

const MAX_DEPTH = 32;

/**
 * Finds the first thing in `value` that JSON would change, drop or refuse; `undefined` when there is none.
 *
 * @param nodesLeft - how many values may be visited. It bounds the work where an object is reached by many
 *   paths; every node costs at least one byte of text, so a byte limit is a correct node limit.
 */
export function findJsonFlaw(value: unknown, nodesLeft: number): JsonFlaw | undefined {
  return visit(value, { path: '$', depth: 0, budget: { nodesLeft } });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly budget: { nodesLeft: number };
}

function visit(value: unknown, place: Place): JsonFlaw | undefined {
  place.budget.nodesLeft -= 1;
  if (place.budget.nodesLeft < 0) return { path: place.path, found: 'more values than the limit' };
  const found = describeFlaw(value);
  if (found !== undefined) return { path: place.path, found };
  if (typeof value !== 'object' || value === null) return undefined;
  // A cycle is met here too: it has no end.
  if (place.depth === MAX_DEPTH) {
    return { path: place.path, found: `a cycle or nesting deeper than ${MAX_DEPTH}` };
  }
  return Array.isArray(value) ? visitArray(value, place) : visitObject(value, place);
}

function visitArray(array: readonly unknown[], place: Place): JsonFlaw | undefined {
  if (Object.getPrototypeOf(array) !== Array.prototype) {
    return { path: place.path, found: 'an instance of a class' };
  }
  // One own key for each index and one for `length`: anything else is a hole or an extra property.
  if (
    array.length >= place.budget.nodesLeft + 1 ||
    Reflect.ownKeys(array).length !== array.length + 1
  ) {
    return {
      path: place.path,
      found: 'an array with holes, extra properties or too many elements',
    };
  }
  for (let index = 0; index < array.length; index += 1) {
    const flaw = visitProperty(array, String(index), { ...place, path: `${place.path}[${index}]` });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function visitObject(object: object, place: Place): JsonFlaw | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    return { path: place.path, found: 'an instance of a class' };
  }
  for (const key of Reflect.ownKeys(object)) {
    if (typeof key === 'symbol') return { path: place.path, found: 'a symbol key' };
    // Harmless as text, but the first Object.assign on the other side would change a prototype.
    if (key === '__proto__') return { path: place.path, found: 'a __proto__ key' };
    const flaw = visitProperty(object, key, {
      ...place,
      path: `${place.path}.${key.slice(0, 64)}`,
    });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function visitProperty(owner: object, key: string, place: Place): JsonFlaw | undefined {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined || !('value' in property) || property.enumerable !== true) {
    return { path: place.path, found: 'an accessor or a hidden property' };
  }
  return visit(property.value, { ...place, depth: place.depth + 1 });
}

function describeFlaw(value: unknown): string | undefined {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    return `a ${typeof value}`;
  }
  if (typeof value !== 'number') return undefined;
  if (!Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? '-0' : undefined;
}
