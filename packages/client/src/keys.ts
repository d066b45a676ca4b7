import type { Page } from '@waybill/protocol';
import type { ApiKey, IssuedKey, KeySpec } from '@waybill/protocol/http';
import type { CallOptions } from './options.ts';
import { toMoment } from './requests.ts';
import { readIssuedKey, readKey } from './resources/key.ts';
import { itemsOf, readPage, type ListOptions } from './resources/page.ts';
import type { Transport } from './transport.ts';

/** Which API keys are listed. */
export interface KeyFilter extends ListOptions {
  /** @defaultValue every tenant */
  readonly tenant?: string | undefined;
}

/** API keys of all tenants. */
export interface KeysClient {
  /** Makes a key. Its token is told this once. Not sent twice: where no answer came, list the keys and revoke the one too many. */
  create(spec: KeySpec, options?: CallOptions): Promise<IssuedKey>;
  /** Gives all keys, revoked ones included, page by page as they are read. */
  list(filter?: KeyFilter, options?: CallOptions): AsyncIterable<ApiKey>;
  page(filter?: KeyFilter, options?: CallOptions): Promise<Page<ApiKey>>;
  /** Ends a key for good. @throws `ERR_WAYBILL_KEY_NOT_FOUND` */
  revoke(id: string, options?: CallOptions): Promise<ApiKey>;
  /**
   * Gives a key a new secret; the old one is accepted for `graceSeconds` more.
   *
   * @throws `ERR_WAYBILL_KEY_NOT_FOUND`
   */
  rotate(
    id: string,
    grace?: { readonly graceSeconds?: number | undefined },
    options?: CallOptions,
  ): Promise<IssuedKey>;
}

/** Makes the part of a client that is about API keys. */
export function makeKeysClient(transport: Transport): KeysClient {
  const root = ['v1', 'keys'] as const;
  const page: KeysClient['page'] = async (filter = {}, options = {}) => {
    const call = { method: 'GET', path: root, query: { ...filter } } as const;
    return readPage((await transport.request(call, options)).body, readKey);
  };
  return {
    page,
    create: async ({ expiresAtMs, ...rest }, options) => {
      const moment =
        expiresAtMs === undefined ? {} : { expiresAt: toMoment('expiresAtMs', expiresAtMs) };
      const call = { method: 'POST', path: root, body: { ...rest, ...moment } } as const;
      return readIssuedKey((await transport.request(call, options)).body);
    },
    list: (filter = {}, options = {}) =>
      itemsOf(filter.cursor, (cursor) => page({ ...filter, cursor }, options)),
    revoke: async (id, options) => {
      const call = { method: 'DELETE', path: [...root, id] } as const;
      return readKey((await transport.request(call, options)).body, 'key');
    },
    rotate: async (id, grace = {}, options = {}) => {
      const call = { method: 'POST', path: [...root, id, 'rotate'], body: grace } as const;
      return readIssuedKey((await transport.request(call, options)).body);
    },
  };
}
