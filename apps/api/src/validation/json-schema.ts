/**
 * A JSON Schema, in what draft 7 and 2020-12 have in common, with three words of our own: `expected` says for people what is
 * wanted, `secret` that a value is never shown, `path` that a text is a path.
 */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Whether a value is an object that may be read as a schema. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
