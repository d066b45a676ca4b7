import { isIPv4 } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { makeError } from '@waybill/protocol';

/** Whether an address, or a name to listen at, is of this machine only. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/, '');
  return host === 'localhost' || host === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Refuses what a person at this machine, or a program of theirs, does not send: a page of another site that is open in a browser
 * here (by its origin, or, where it had its own name point to this machine, by the name it asked for), and a request that a proxy
 * brings from elsewhere. Only for a service without credentials, which otherwise anybody with a browser on the machine has.
 *
 * @throws `ERR_WAYBILL_FORBIDDEN`
 */
export function assertFromHere(
  headers: IncomingHttpHeaders,
  remoteAddress: string | undefined,
): void {
  const { host = '', origin } = headers;
  const refuse = (why: string): never => {
    const words = `without credentials, only requests of this machine to this machine are served: ${why}`;
    throw makeError('ERR_WAYBILL_FORBIDDEN', words);
  };
  if (remoteAddress === undefined || !isLoopback(remoteAddress)) refuse('it came from elsewhere');
  const asked = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  if (!isLoopback(asked.replace(/^\[(.*)\]$/, '$1'))) refuse('its Host is another name');
  if (origin !== undefined && origin !== `http://${host}`) refuse('its Origin is another site');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    refuse('a page of another site sent it');
  }
  if (forwarding.some((name) => headers[name] !== undefined)) refuse('a proxy brought it');
}
