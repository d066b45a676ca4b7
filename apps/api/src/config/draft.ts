import { isSchema } from '../validation/json-schema.ts';

/** A configuration that is being put together; nothing of it is checked. */
export type Draft = Record<string, unknown>;

/** Gives what stands at a path, `undefined` where nothing does. */
export function getAt(draft: Draft, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isSchema(value) ? value[key] : undefined), draft);
}

/** Puts a value at a path and makes the sections on the way. */
export function setAt(draft: Draft, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    draft[key] = value;
    return;
  }
  const inner = draft[key] ?? (draft[key] = {});
  // What stands there and is no object is the schema's to refuse.
  if (isSchema(inner)) setAt(inner, rest, value);
}

/** Freezes a value and all in it. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freezeDeep(inner);
    Object.freeze(value);
  }
  return value;
}
