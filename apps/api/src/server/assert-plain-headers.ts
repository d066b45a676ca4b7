import type { IncomingMessage } from 'node:http';
import { makeError } from '@waybill/protocol';

// Node takes the first of them, what stands before the service perhaps the last.
const singular = ['host', 'authorization', 'content-type'];

/**
 * Refuses a request that two readers may read differently.
 *
 * @throws `ERR_WAYBILL_INVALID_REQUEST` for a header that is there twice where it may be there once, or for no `Host` in HTTP/1.1
 */
export function assertPlainHeaders({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0);
  for (const name of singular) {
    const count = names.filter((given) => given.toLowerCase() === name).length;
    if (count > 1) refuse(`${name}: expected one header, got ${count}`);
  }
  if (httpVersion !== '1.0' && headers.host === undefined)
    refuse('host: expected a header, got none');
}

function refuse(words: string): never {
  throw makeError('ERR_WAYBILL_INVALID_REQUEST', words);
}
