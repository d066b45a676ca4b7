import type { Page } from '@waybill/protocol';
import type { Queryable } from '@waybill/queue';
import { invalidRequest } from '../validation/invalid-request.ts';
import { type KeyRow, keyColumns, keyOf } from './key-row.ts';
import type { ApiKey, KeyStore } from './key-store.ts';

const maxLimit = 200;
const defaultLimit = 50;
// The largest number of the column.
const beyondAll = '9223372036854775807';

/** Lists keys, the newest first: see {@link KeyStore.list}. */
export async function listKeys(
  database: Queryable,
  { tenant, cursor, limit = defaultLimit }: NonNullable<Parameters<KeyStore['list']>[0]>,
): Promise<Page<ApiKey>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    const expected = `an integer from 1 to ${maxLimit}`;
    throw invalidRequest([{ path: 'limit', expected, got: String(limit) }]);
  }
  const rows = await database.query<KeyRow>(
    `SELECT ${keyColumns} FROM waybill.api_key AS one
     WHERE one.seq < $1::bigint AND ($2::text IS NULL OR tenant = $2::text)
     ORDER BY one.seq DESC LIMIT $3::int`,
    [cursor === undefined ? beyondAll : readCursor(cursor), tenant ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(keyOf), ...(more ? { next: writeCursor(last.seq) } : {}) };
}

function writeCursor(seq: string): string {
  return Buffer.from(seq).toString('base64url');
}

function readCursor(cursor: string): string {
  const seq = Buffer.from(cursor, 'base64url').toString('latin1');
  if (/^\d{1,18}$/.test(seq) && writeCursor(seq) === cursor) return seq;
  throw invalidRequest([{ path: 'cursor', expected: 'the `next` of a page', got: 'other text' }]);
}
