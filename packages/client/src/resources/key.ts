import { scopes, type Scope } from '@waybill/protocol/http';
import { Fields, present } from '../fields.ts';

/** An API key: nothing here lets anybody in. Times are in ms since 1970. */
export interface ApiKey {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The tenant that its requests act for. */
  readonly tenant: string;
  /** What it allows. */
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  /** When its secret was last replaced. */
  readonly rotatedAtMs?: number;
  /** Until when the secret before that one is accepted too. */
  readonly graceUntilMs?: number;
  /** Within about a minute. */
  readonly lastUsedAtMs?: number;
  readonly revokedAtMs?: number;
}

/** An API key that was made or rotated. */
export interface IssuedKey {
  readonly key: ApiKey;
  /** What the service takes as a token: shown this once. */
  readonly token: string;
}

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
