import { errorWireLimits, type JsonValue } from './error-wire.ts';
import { clipText, readOwnData } from './safe-read.ts';

const limits = errorWireLimits;

/**
 * Copies the part of an object that JSON can hold, within the limits of an error wire. Runs no
 * getter; functions, symbols, bigints, class instances, cycles and all beyond a limit are left out.
 */
export function toJsonDetails(value: unknown): { readonly [key: string]: JsonValue } | undefined {
  const budget = { valuesLeftCount: limits.detailValuesCount };
  const copy = copyValue(value, limits.detailDepth, budget);
  return isRecord(copy) ? copy : undefined;
}

interface Budget {
  valuesLeftCount: number;
}

function copyValue(value: unknown, depthLeft: number, budget: Budget): JsonValue | undefined {
  budget.valuesLeftCount -= 1;
  if (budget.valuesLeftCount < 0) return undefined;
  switch (typeof value) {
    case 'string':
      return clipText(value, limits.detailChars);
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : copyObject(value, depthLeft, budget);
    default:
      return undefined;
  }
}

function copyObject(value: object, depthLeft: number, budget: Budget): JsonValue | undefined {
  if (depthLeft === 0) return undefined;
  if (Array.isArray(value)) return copyArray(value, depthLeft, budget);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return undefined;
  const pairs: [string, JsonValue][] = [];
  for (const key of Object.keys(value)) {
    if (budget.valuesLeftCount <= 0) break;
    const copy = copyValue(readOwnData(value, key), depthLeft - 1, budget);
    if (copy !== undefined) pairs.push([clipText(key, limits.nameChars), copy]);
  }
  // fromEntries defines own properties, so that even a key such as __proto__ is only a key.
  return Object.fromEntries(pairs);
}

function copyArray(
  value: readonly unknown[],
  depthLeft: number,
  budget: Budget,
): readonly JsonValue[] {
  const copies: JsonValue[] = [];
  for (let index = 0; index < value.length && budget.valuesLeftCount > 0; index += 1) {
    // A hole in the array would shift the others: null keeps their places, as JSON does.
    copies.push(copyValue(readOwnData(value, index), depthLeft - 1, budget) ?? null);
  }
  return copies;
}

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
