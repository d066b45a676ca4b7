import { type ApiKey, type IssuedKey, scopes } from '@waybill/protocol/http';
import { Fields, present } from '../fields.ts';

/** Reads an API key. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readKey(value: unknown, path: string): ApiKey {
  const fields = new Fields(value, path);
  return present<ApiKey>({
    id: fields.text('id'),
    name: fields.text('name'),
    tenant: fields.text('tenant'),
    scopes: fields.list('scopes', (scope, at) => new Fields({ scope }, at).word('scope', scopes)),
    createdAtMs: fields.timeMs('createdAt'),
    expiresAtMs: fields.optionalTimeMs('expiresAt'),
    rotatedAtMs: fields.optionalTimeMs('rotatedAt'),
    graceUntilMs: fields.optionalTimeMs('graceUntil'),
    lastUsedAtMs: fields.optionalTimeMs('lastUsedAt'),
    revokedAtMs: fields.optionalTimeMs('revokedAt'),
  });
}

/** Reads an API key with its token. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readIssuedKey(body: unknown): IssuedKey {
  return { key: readKey(body, 'key'), token: new Fields(body, 'key').text('token') };
}
