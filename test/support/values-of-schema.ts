import fc from 'fast-check';

/** A JSON Schema as the OpenAPI document has it. */
export interface DocumentSchema {
  readonly [keyword: string]: unknown;
}

/** Named schemas. */
export type DocumentSchemas = Readonly<Record<string, DocumentSchema>>;

const maxTextChars = 40;
const maxItems = 4;

/**
 * What fits members of these names better than any text: their schema does not say all. What is run has to end by itself, and
 * soon.
 */
const samples: Readonly<Record<string, readonly string[]>> = {
  source: [
    'export default (input) => input',
    'export default () => { throw new Error("no") }',
    'export default (_, { log }) => log("\\u0000")',
    'export default () => new Map([[1n, new Date(NaN)]])',
    'export default (',
    'import "./missing.js"; export default () => 1',
    '1 + 1',
    '',
  ],
  inputParcel: ['1', '#["u"]', '#["m",["d",0],["b","ff"]]', '#["x","Uint8Array",0,2]\nAAE='],
  function: ['known'],
  cron: ['0 0 29 2 *', '*/5 * * * *', '61 * * * *'],
  timezone: ['UTC', 'Asia/Kathmandu', 'Mars/Olympus'],
};

/** Gives values that a schema allows. */
export function valuesOf(schema: DocumentSchema, schemas: DocumentSchemas): fc.Arbitrary<unknown> {
  const { $ref: pointer, enum: values, type, oneOf, format } = schema;
  if (typeof pointer === 'string') return valuesOf(pointedAt(pointer, schemas), schemas);
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  if (Array.isArray(oneOf) && type === undefined) {
    return fc.oneof(...oneOf.map((one: DocumentSchema) => valuesOf(one, schemas)));
  }
  switch (type) {
    case 'string':
      return textsOf(schema, format);
    case 'integer':
      return integersOf(schema);
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valuesOf(schema['items'] as DocumentSchema, schemas), {
        maxLength: maxItems,
      });
    case 'object':
      return objectsOf(schema, schemas);
    default:
      return fc.jsonValue();
  }
}

/** Follows a pointer into the document. */
function pointedAt(pointer: string, schemas: DocumentSchemas): DocumentSchema {
  const schema = schemas[pointer.replace('#/components/schemas/', '')];
  if (schema === undefined) throw new Error(`The document has no ${pointer}`);
  return schema;
}

function textsOf({ pattern, maxLength }: DocumentSchema, format: unknown): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  const chars = Math.min(maxTextChars, Number(maxLength ?? maxTextChars));
  return fc.string({ unit: 'binary', maxLength: chars });
}

function integersOf({ minimum, maximum }: DocumentSchema): fc.Arbitrary<number> {
  const min = Number(minimum ?? -(2 ** 31));
  const max = Number(maximum ?? 2 ** 31);
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
  );
}

function objectsOf(schema: DocumentSchema, schemas: DocumentSchemas): fc.Arbitrary<object> {
  const { properties = {}, required = [], additionalProperties, oneOf } = schema;
  const members = Object.entries(properties as DocumentSchemas);
  if (members.length === 0 && typeof additionalProperties === 'object') {
    const texts = valuesOf(additionalProperties as DocumentSchema, schemas);
    return fc.dictionary(fc.constantFrom('./a.js', 'b', 'c:d'), texts, { noNullPrototype: true });
  }
  const values = Object.fromEntries(
    members.map(([name, member]) => [name, membersOf(name, valuesOf(member, schemas))]),
  );
  const always = required as readonly string[];
  if (!Array.isArray(oneOf)) return recordsOf(values, always, []);
  const choices = oneOf.map((one: DocumentSchema) => one['required'] as string[]);
  return fc.oneof(
    ...choices.map((chosen) => recordsOf(values, [...always, ...chosen], choices.flat())),
  );
}

function membersOf(name: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const fitting = samples[name];
  if (fitting === undefined) return values;
  const own = { weight: 1, arbitrary: values };
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(...fitting) }, own);
}

/** Objects with few members: with many, one of them nearly always does not go with the others. */
function recordsOf(
  values: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  always: readonly string[],
  never: readonly string[],
): fc.Arbitrary<object> {
  const optional = Object.keys(values).filter(
    (name) => !always.includes(name) && !never.includes(name),
  );
  return fc.subarray(optional, { maxLength: Math.min(2, optional.length) }).chain((some) => {
    const names = new Set([...always, ...some]);
    const chosen = Object.entries(values).filter(([name]) => names.has(name));
    return fc.record(Object.fromEntries(chosen), { noNullPrototype: true });
  });
}
