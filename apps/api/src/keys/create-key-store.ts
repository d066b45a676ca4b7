import { makeError } from '@waybill/protocol';
import { type Database, migrate } from '@waybill/queue';
import { invalidRequest } from '../validation/invalid-request.ts';
import { checkKeySpec } from './check-key.ts';
import { KeyCache } from './key-cache.ts';
import { type KeyRow, keyColumns, keyOf } from './key-row.ts';
import type { ApiKey, IssuedKey, KeyStore } from './key-store.ts';
import { listKeys } from './list-keys.ts';
import { apiMigrations } from './migrations.ts';
import {
  formatToken,
  hashSecret,
  isSameHash,
  parseToken,
  randomKeyId,
  randomSecret,
} from './token.ts';

const maxAgeMs = 5_000;
const maxCachedCount = 10_000;
const lastUsedStepMs = 60_000;
const maxGraceSeconds = 604_800;

/** How a key store is made. */
export interface KeyStoreOptions {
  /** Hears why the moment of a key's use could not be written; nothing else fails because of it. */
  readonly onError: (error: unknown) => void;
  /** In ms since 1970. @defaultValue `Date.now` */
  readonly now?: () => number;
}

/**
 * Opens the keys in a database, which stays its caller's; makes their table where there is none.
 *
 * @throws `ERR_WAYBILL_DATABASE_TOO_NEW`, `ERR_WAYBILL_DATABASE_UNAVAILABLE`
 */
export async function createKeyStore(
  database: Database,
  options: KeyStoreOptions,
): Promise<KeyStore> {
  await migrate(database, 'api', apiMigrations);
  return new DatabaseKeyStore(database, options);
}

class DatabaseKeyStore implements KeyStore {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  readonly #cache: KeyCache<KeyRow>;
  // When the use of a key was last written, so that not every request writes.
  readonly #usedAtMs = new Map<string, number>();
  #any: { readonly value: Promise<boolean>; readonly readAtMs: number } | undefined;

  constructor(database: Database, { onError, now = Date.now }: KeyStoreOptions) {
    this.#database = database;
    this.#onError = onError;
    this.#now = now;
    this.#cache = new KeyCache({
      read: (id) => this.#read(id),
      maxAgeMs,
      maxCount: maxCachedCount,
      now,
    });
  }

  async create(spec: Parameters<KeyStore['create']>[0]): Promise<IssuedKey> {
    const nowMs = this.#now();
    checkKeySpec(spec, nowMs);
    const secret = randomSecret();
    const { name, tenant, scopes, expiresAtMs = null } = spec;
    const row = await this.#change(
      `INSERT INTO waybill.api_key (id, name, tenant, scopes, secret_hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), to_timestamp($7::float8 / 1000))
       RETURNING ${keyColumns}`,
      [randomKeyId(), name, tenant, JSON.stringify(scopes), hashSecret(secret), nowMs, expiresAtMs],
    );
    this.#any = { value: Promise.resolve(true), readAtMs: Infinity };
    return { key: keyOf(row), token: formatToken({ id: row.id, secret }) };
  }

  list(options: Parameters<KeyStore['list']>[0] = {}): ReturnType<KeyStore['list']> {
    return listKeys(this.#database, options);
  }

  async revoke(id: string): Promise<ApiKey> {
    const row = await this.#change(
      `UPDATE waybill.api_key SET revoked_at = coalesce(revoked_at, to_timestamp($2::float8 / 1000))
       WHERE id = $1 RETURNING ${keyColumns}`,
      [id, this.#now()],
    );
    return keyOf(row);
  }

  async rotate(
    id: string,
    { graceSeconds = 0 }: { readonly graceSeconds?: number | undefined } = {},
  ): Promise<IssuedKey> {
    if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > maxGraceSeconds) {
      const expected = `an integer from 0 to ${maxGraceSeconds}`;
      throw invalidRequest([{ path: 'graceSeconds', expected, got: String(graceSeconds) }]);
    }
    const secret = randomSecret();
    const nowMs = this.#now();
    const row = await this.#change(
      `UPDATE waybill.api_key SET old_secret_hash = secret_hash, secret_hash = $2,
         rotated_at = to_timestamp($3::float8 / 1000), old_secret_until = to_timestamp($4::float8 / 1000)
       WHERE id = $1 AND revoked_at IS NULL RETURNING ${keyColumns}`,
      [id, hashSecret(secret), nowMs, nowMs + graceSeconds * 1_000],
    );
    return { key: keyOf(row), token: formatToken({ id, secret }) };
  }

  async verify(
    token: string,
    { beforeRead }: NonNullable<Parameters<KeyStore['verify']>[1]> = {},
  ): Promise<ApiKey | undefined> {
    const parts = parseToken(token);
    if (parts === undefined) return undefined;
    if (!this.#cache.knows(parts.id)) await beforeRead?.();
    const row = await this.#cache.get(parts.id);
    if (row === undefined) return undefined;
    const nowMs = this.#now();
    if (!isAccepted(row, hashSecret(parts.secret), nowMs)) return undefined;
    this.#noteUse(row, nowMs);
    return keyOf(row);
  }

  async hasAny(): Promise<boolean> {
    const nowMs = this.#now();
    if (this.#any === undefined || nowMs - this.#any.readAtMs >= maxAgeMs) {
      this.#any = { value: this.#readAny(), readAtMs: nowMs };
    }
    const reading = this.#any;
    try {
      const value = await reading.value;
      // Keys are never deleted: once there was one, there is.
      if (value) this.#any = { value: Promise.resolve(true), readAtMs: Infinity };
      return value;
    } catch (error) {
      if (this.#any === reading) this.#any = undefined;
      throw error;
    }
  }

  async #readAny(): Promise<boolean> {
    const rows = await this.#database.query('SELECT 1 AS one FROM waybill.api_key LIMIT 1');
    return rows.length > 0;
  }

  async #read(id: string): Promise<KeyRow | undefined> {
    const text = `SELECT ${keyColumns} FROM waybill.api_key WHERE id = $1`;
    const [row] = await this.#database.query<KeyRow>(text, [id]);
    return row;
  }

  async #change(text: string, values: readonly unknown[]): Promise<KeyRow> {
    const [row] = await this.#database.query<KeyRow>(text, values);
    if (row === undefined) {
      const words = 'there is no API key with this id, or it was revoked';
      throw makeError('ERR_WAYBILL_KEY_NOT_FOUND', words, { details: { id: values[0] } });
    }
    this.#cache.drop(row.id);
    return row;
  }

  #noteUse({ id, last_used_at: writtenMs }: KeyRow, nowMs: number): void {
    const usedMs = this.#usedAtMs.get(id) ?? writtenMs ?? -Infinity;
    if (nowMs - usedMs < lastUsedStepMs) return;
    this.#usedAtMs.set(id, nowMs);
    const text =
      'UPDATE waybill.api_key SET last_used_at = to_timestamp($2::float8 / 1000) WHERE id = $1';
    this.#database.query(text, [id, nowMs]).catch(this.#onError);
  }
}

function isAccepted(row: KeyRow, hash: string, nowMs: number): boolean {
  if (row.revoked_at !== null || (row.expires_at ?? Infinity) <= nowMs) return false;
  if (isSameHash(row.secret_hash, hash)) return true;
  const { old_secret_hash: old, old_secret_until: until } = row;
  return old !== null && until !== null && until > nowMs && isSameHash(old, hash);
}
