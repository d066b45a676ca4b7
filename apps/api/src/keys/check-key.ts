import { scopes } from '../service.ts';
import { invalidRequest } from '../validation/invalid-request.ts';
import { toIssues } from '../validation/issues.ts';
import type { JsonSchema } from '../validation/json-schema.ts';
import { compileSchema, createValidator } from '../validation/validator.ts';
import type { KeySpec } from './key-store.ts';

/** What a key is made with. */
const keySpecSchema: JsonSchema = {
  type: 'object',
  required: ['name', 'tenant', 'scopes'],
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,100}$',
      expected: '1 to 100 printable characters',
    },
    tenant: {
      type: 'string',
      pattern: '^[A-Za-z0-9._:-]{1,128}$',
      expected: '1 to 128 characters of A-Z a-z 0-9 . _ : -',
    },
    scopes: {
      type: 'array',
      minItems: 1,
      maxItems: scopes.length,
      uniqueItems: true,
      items: { enum: scopes },
      expected: `some of ${scopes.join(', ')}`,
    },
    expiresAtMs: { type: 'integer', minimum: 0, maximum: 8_640_000_000_000_000 },
  },
};

const validate = compileSchema<KeySpec>(createValidator({ allErrors: true }), keySpecSchema);

/** @throws `ERR_WAYBILL_INVALID_REQUEST` that names each wrong field */
export function checkKeySpec(spec: KeySpec, nowMs: number): void {
  // An optional field that is `undefined` was not given.
  const given = Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
  if (!validate(given)) throw invalidRequest(toIssues(validate.errors ?? [], 'key'));
  if (spec.expiresAtMs !== undefined && spec.expiresAtMs <= nowMs) {
    const got = new Date(spec.expiresAtMs).toISOString();
    throw invalidRequest([{ path: 'expiresAtMs', expected: 'a moment to come', got }]);
  }
}
