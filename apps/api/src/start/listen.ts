import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type WaybillError, makeError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';

const reasons: Readonly<Record<string, string | undefined>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'there is no such name',
};

/**
 * Has a server listen.
 *
 * @returns its URL
 * @throws `ERR_WAYBILL_NOT_LISTENING`
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: Config['listen'],
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw notListening({ host, port }, cause);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return urlOf(host, taken);
}

/** Makes the error for an address that cannot be listened at. */
export function notListening({ host, port }: Config['listen'], cause: unknown): WaybillError {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  const words = `cannot listen at ${urlOf(host, port)}: ${reasons[code] ?? code} (listen.host, listen.port)`;
  const details = { host, port, reason: code };
  return makeError('ERR_WAYBILL_NOT_LISTENING', words, { details, cause });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
