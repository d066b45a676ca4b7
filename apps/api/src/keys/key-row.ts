import { type Scope, scopes } from '../service.ts';
import type { ApiKey } from './key-store.ts';

/** A row of `waybill.api_key`, with moments in ms since 1970. */
export interface KeyRow {
  readonly id: string;
  readonly seq: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: string;
  readonly secret_hash: string;
  readonly old_secret_hash: string | null;
  readonly old_secret_until: number | null;
  readonly created_at: number;
  readonly rotated_at: number | null;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

const moments = [
  'old_secret_until',
  'created_at',
  'rotated_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
];

/** What is selected of a key. */
export const keyColumns: string = [
  'id, seq::text AS seq, name, tenant, scopes, secret_hash, old_secret_hash',
  ...moments.map((name) => `(extract(epoch FROM ${name}) * 1000)::float8 AS ${name}`),
].join(', ');

/** Gives the key of a row, without what is secret in it. */
export function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenant,
    scopes: scopesOf(row.scopes),
    createdAtMs: row.created_at,
    ...optional('rotatedAtMs', row.rotated_at),
    ...optional('graceUntilMs', row.old_secret_until),
    ...optional('expiresAtMs', row.expires_at),
    ...optional('lastUsedAtMs', row.last_used_at),
    ...optional('revokedAtMs', row.revoked_at),
  };
}

/** A scope that a later version wrote allows nothing here. */
function scopesOf(json: string): readonly Scope[] {
  const written = new Set(JSON.parse(json) as readonly string[]);
  return scopes.filter((scope) => written.has(scope));
}

function optional<Name extends string>(
  name: Name,
  value: number | null,
): { readonly [Key in Name]?: number } {
  return value === null ? {} : ({ [name]: value } as { readonly [Key in Name]?: number });
}
