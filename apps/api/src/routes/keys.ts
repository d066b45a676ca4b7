import type { FastifyInstance } from 'fastify';
import {
  type KeyRequest,
  type KeyResource,
  type KeyRotationRequest,
  type NewKeyResource,
  cursorSchema,
  integerSchema,
  maxPageItems,
  nameSchema,
  objectSchema,
} from '@waybill/protocol/http';
import { isWithoutCredentials } from '../auth/authenticator.ts';
import type { ApiKey, IssuedKey, KeyStore } from '../keys/key-store.ts';
import type { Caller, Service } from '../service.ts';
import { invalidRequest } from '../validation/invalid-request.ts';
import { describeRoute } from './describe-route.ts';

interface ListQuery {
  readonly tenant?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

interface KeyParams {
  readonly id: string;
}

const params = objectSchema<KeyParams>(
  { id: { type: 'string', maxLength: 64, pattern: '^[a-z0-9]+$' } },
  ['id'],
);
const shared = { tag: 'keys', scope: 'admin' } as const;

const listing = describeRoute({
  ...shared,
  operationId: 'listKeys',
  summary: 'List API keys, the newest first',
  querystring: objectSchema<ListQuery>(
    { tenant: nameSchema, cursor: cursorSchema, limit: integerSchema(1, maxPageItems) },
    [],
  ),
  answers: { 200: { description: 'A page of them, revoked ones included', schema: 'KeyPage' } },
  problems: [],
});

const creating = describeRoute({
  ...shared,
  operationId: 'createKey',
  summary: 'Make an API key',
  description: 'Its token is in this answer and nowhere else.',
  body: 'KeyRequest',
  answers: { 201: { description: 'The key', schema: 'NewKey' } },
  problems: [],
});

const rotating = describeRoute({
  ...shared,
  operationId: 'rotateKey',
  summary: 'Give an API key a new secret',
  params,
  body: 'KeyRotationRequest',
  answers: { 200: { description: 'The key with its new token', schema: 'NewKey' } },
  problems: ['ERR_WAYBILL_KEY_NOT_FOUND'],
});

const revoking = describeRoute({
  ...shared,
  operationId: 'revokeKey',
  summary: 'End an API key for good',
  params,
  answers: { 200: { description: 'The key as it is now', schema: 'Key' } },
  problems: ['ERR_WAYBILL_KEY_NOT_FOUND'],
});

/** Adds the routes under `/v1/keys`: for operators only. */
export function registerKeyRoutes(app: FastifyInstance, { keys }: Pick<Service, 'keys'>): void {
  app.get<{ Querystring: ListQuery }>('/v1/keys', listing, async ({ query }) => {
    const { items, next } = await keys.list(query);
    return { items: items.map(toResource), ...(next === undefined ? {} : { next }) };
  });
  app.post<{ Body: KeyRequest }>('/v1/keys', creating, async ({ body, caller }, reply) => {
    const { expiresAt, ...spec } = body;
    await assertNoLockout(caller, body, keys);
    const expiry = expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) };
    return reply.code(201).send(toNewResource(await keys.create({ ...spec, ...expiry })));
  });
  app.post<{ Params: KeyParams; Body: KeyRotationRequest }>(
    '/v1/keys/:id/rotate',
    rotating,
    // The document says that without a grace the old secret ends at once.
    async ({ params: { id }, body: { graceSeconds = 0 } }) =>
      toNewResource(await keys.rotate(id, { graceSeconds })),
  );
  app.delete<{ Params: KeyParams }>('/v1/keys/:id', revoking, async ({ params: { id } }) =>
    toResource(await keys.revoke(id)),
  );
}

/** The first key ends the time without credentials: after one without `admin`, nobody could make another. */
async function assertNoLockout(
  caller: Caller,
  { scopes }: KeyRequest,
  keys: Pick<KeyStore, 'hasAny'>,
): Promise<void> {
  if (!isWithoutCredentials(caller) || scopes.includes('admin') || (await keys.hasAny())) return;
  const expected =
    'admin among the scopes of the first key, without which nobody could make the next one here';
  throw invalidRequest([{ path: 'scopes', expected, got: scopes.join(', ') }]);
}

function toResource(key: ApiKey): KeyResource {
  const { id, name, tenant, scopes, createdAtMs } = key;
  return {
    id,
    name,
    tenant,
    scopes,
    createdAt: new Date(createdAtMs).toISOString(),
    ...moment('expiresAt', key.expiresAtMs),
    ...moment('rotatedAt', key.rotatedAtMs),
    ...moment('graceUntil', key.graceUntilMs),
    ...moment('lastUsedAt', key.lastUsedAtMs),
    ...moment('revokedAt', key.revokedAtMs),
  };
}

function toNewResource({ key, token }: IssuedKey): NewKeyResource {
  return { ...toResource(key), token };
}

function moment<Name extends string>(
  name: Name,
  ms: number | undefined,
): { readonly [Key in Name]?: string } {
  if (ms === undefined) return {};
  return { [name]: new Date(ms).toISOString() } as { readonly [Key in Name]?: string };
}
