/** A JSON Schema in the words that drafts 07 and 2020-12, and OpenAPI 3.1, have in common. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Name of every member of a union. */
type KeyOf<T> = T extends unknown ? keyof T & string : never;

/**
 * Makes the schema of an object that has no other properties. The compiler misses a property that is left out here, or
 * that the type does not have.
 */
export function objectSchema<T>(
  properties: { readonly [Key in KeyOf<T>]-?: JsonSchema },
  required: readonly KeyOf<T>[],
  keywords: JsonSchema = {},
): JsonSchema {
  return { ...keywords, type: 'object', additionalProperties: false, required, properties };
}

/** Makes the schema of a text; the length is in characters. */
export function textSchema(maxLength: number, keywords: JsonSchema = {}): JsonSchema {
  return { type: 'string', maxLength, ...keywords };
}

/** Makes the schema of a whole number. */
export function integerSchema(
  minimum: number,
  maximum: number,
  keywords: JsonSchema = {},
): JsonSchema {
  return { type: 'integer', minimum, maximum, ...keywords };
}

/** Makes the schema of a list. */
export function listSchema(
  items: JsonSchema,
  maxItems: number,
  keywords: JsonSchema = {},
): JsonSchema {
  return { type: 'array', items, maxItems, ...keywords };
}

/** Points to one of the named schemas. */
export function schemaRef(name: string): JsonSchema {
  return { $ref: `${name}#` };
}
