import type { Page } from '@waybill/protocol';
import { badAnswer } from '../bad-answer.ts';
import { Fields, present } from '../fields.ts';

/** Which part of a list is wanted. */
export interface ListOptions {
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
  /** Items of a page, from 1 to 200. @defaultValue 50 */
  readonly limit?: number | undefined;
}

/** Reads a part of a list. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readPage<T>(body: unknown, read: (item: unknown, path: string) => T): Page<T> {
  const fields = new Fields(body, 'page');
  return present<Page<T>>({
    items: fields.list('items', read),
    next: fields.optionalText('next'),
  });
}

/** Gives the items of all pages, one page ahead of the reader at most. @throws what `fetchPage` throws */
export async function* itemsOf<T>(
  cursor: string | undefined,
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let at = cursor;
  do {
    const { items, next } = await fetchPage(at);
    yield* items;
    if (next !== undefined && next === at) throw badAnswer('a page names itself as the next');
    at = next;
  } while (at !== undefined);
}
