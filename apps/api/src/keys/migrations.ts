import type { Migration } from '@waybill/queue';

const first = `
CREATE TABLE waybill.api_key (
  id text PRIMARY KEY,
  -- the order in which keys were made
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  tenant text NOT NULL,
  -- JSON
  scopes text NOT NULL,
  -- SHA-256 of the secret, in hex
  secret_hash text NOT NULL,
  old_secret_hash text,
  old_secret_until timestamptz,
  created_at timestamptz NOT NULL,
  rotated_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_key_tenant ON waybill.api_key (tenant, seq);
`;

/** The tables of the service itself, oldest step first. */
export const apiMigrations: readonly Migration[] = [{ version: 1, sql: first }];
