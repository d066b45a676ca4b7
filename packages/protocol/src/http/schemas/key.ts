import type { KeyRequest, KeyResource, KeyRotationRequest, NewKeyResource } from '../key.ts';
import { scopes } from '../scope.ts';
import { momentSchema, nameSchema } from './fields.ts';
import {
  type JsonSchema,
  integerSchema,
  listSchema,
  objectSchema,
  textSchema,
} from './json-schema.ts';

const grant = {
  name: textSchema(100, {
    minLength: 1,
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    description: 'For people: what the key is for',
  }),
  tenant: nameSchema,
  scopes: listSchema({ type: 'string', enum: scopes }, scopes.length, {
    minItems: 1,
    uniqueItems: true,
  }),
  expiresAt: { ...momentSchema, description: 'When it stops to work; never if absent' },
};

const keyFacts = {
  ...grant,
  id: textSchema(64),
  createdAt: momentSchema,
  rotatedAt: momentSchema,
  graceUntil: { ...momentSchema, description: 'Until when the secret before is accepted too' },
  lastUsedAt: { ...momentSchema, description: 'Within about a minute' },
  revokedAt: momentSchema,
};

const always = ['id', 'name', 'tenant', 'scopes', 'createdAt'] as const;

/** The schemas of API keys; each has a name. */
export const keySchemas: readonly JsonSchema[] = [
  objectSchema<KeyRequest>(grant, ['name', 'tenant', 'scopes'], {
    $id: 'KeyRequest',
    examples: [{ name: 'nightly import', tenant: 'acme', scopes: ['submit', 'read'] }],
  }),
  objectSchema<KeyRotationRequest>({ graceSeconds: integerSchema(0, 604_800) }, [], {
    $id: 'KeyRotationRequest',
  }),
  objectSchema<KeyResource>(keyFacts, always, { $id: 'Key' }),
  objectSchema<NewKeyResource>(
    { ...keyFacts, token: textSchema(256, { description: 'Shown this once' }) },
    [...always, 'token'],
    { $id: 'NewKey' },
  ),
];
