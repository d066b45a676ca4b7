import type { Page } from '@waybill/protocol';
import { refuseRequest } from './refuse-request.ts';

/** Which list a cursor belongs to: one of another list, or of another tenant, is refused. */
export interface CursorOf {
  readonly list: 'jobs' | 'functions' | 'schedules';
  /** `undefined`: the list over all tenants. */
  readonly tenant: string | undefined;
}

const maxLimit = 200;

/** Gives the cursor behind the entry with this key. It is opaque to who gets it, and no secret. */
export function writeCursor({ list, tenant }: CursorOf, key: string): string {
  return Buffer.from(JSON.stringify([list, tenant ?? null, key])).toString('base64url');
}

/**
 * Gives the key of the last entry of the page before.
 *
 * @param isKey - whether it can be one at all
 * @throws `ERR_WAYBILL_INVALID_REQUEST` for what is no cursor of this list
 */
export function readCursor(
  { list, tenant }: CursorOf,
  cursor: string,
  isKey: (key: string) => boolean,
): string {
  const [ofList, ofTenant, key] = parse(cursor);
  if (ofList === list && ofTenant === (tenant ?? null) && typeof key === 'string' && isKey(key)) {
    return key;
  }
  throw refuseRequest('cursor', 'the next of a page of this list', cursor);
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    // Whoever made it up gets the same answer as for one of another list.
    return [];
  }
}

/**
 * Checks how many entries a page may have.
 *
 * @throws `ERR_WAYBILL_INVALID_REQUEST`
 */
export function pageLimit(limit: number = 50): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) return limit;
  throw refuseRequest('limit', `an integer from 1 to ${maxLimit}`, limit);
}

/** Makes a page of `limit` entries out of up to one more. */
export function toPage<T>(
  found: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last !== undefined && { next: cursorOf(last) }) };
}
