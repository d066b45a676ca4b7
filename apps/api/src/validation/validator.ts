import { Ajv, type Options, type ValidateFunction } from 'ajv';
import type { JsonSchema } from './json-schema.ts';

const dateTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * Makes a validator of JSON Schemas: strict about the schemas themselves, and about values unless the options say otherwise. The
 * formats that are known are `date-time`, `uuid` and `uri`.
 */
export function createValidator(options: Options = {}): Ajv {
  const ajv = new Ajv({
    verbose: true,
    allErrors: false,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    validateFormats: true,
    ownProperties: true,
    formats: { 'date-time': dateTime, uuid, uri: (text: string) => URL.canParse(text) },
    ...options,
  });
  return ajv.addVocabulary(['expected', 'secret', 'path', 'example', 'x-summary']);
}

/** Compiles a schema. @throws Error where it is no schema */
export function compileSchema<T>(ajv: Ajv, schema: JsonSchema): ValidateFunction<T> {
  return ajv.compile<T>(schema);
}
