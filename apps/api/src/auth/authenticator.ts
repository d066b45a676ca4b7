import type { IncomingHttpHeaders } from 'node:http';
import { makeError } from '@waybill/protocol';
import type { Config } from '../config/config.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { type Caller, scopes } from '../service.ts';
import { createJwtVerifier } from './jwt-verifier.ts';
import { assertFromHere, isLoopback } from './loopback.ts';
import { unauthenticated } from './refusals.ts';

/** What of a request says who sent it. */
export interface Sender {
  readonly headers: IncomingHttpHeaders;
  /** Of the connection, whatever a proxy says. */
  readonly remoteAddress: string | undefined;
  /** Awaited before an API key that was not seen before is looked for in the database; what it throws refuses the request. */
  readonly beforeLookUp?: (() => Promise<void>) | undefined;
}

/** Finds out who sends requests. */
export interface Authenticator {
  /**
   * @throws `ERR_WAYBILL_UNAUTHENTICATED`, `ERR_WAYBILL_FORBIDDEN` for a tenant that the credentials are not for,
   *   `ERR_WAYBILL_DATABASE_UNAVAILABLE` or `ERR_WAYBILL_SERVICE_UNREACHABLE` where nobody can say
   */
  readonly authenticate: (sender: Sender) => Promise<Caller>;
  /**
   * Whether requests of this machine are served without credentials: as long as the service listens on loopback only, no identity
   * provider is configured and no API key was ever made.
   */
  readonly isOpen: () => Promise<boolean>;
}

const tenantPattern = /^[A-Za-z0-9._:-]{1,128}$/;
const openCaller: Caller = {
  tenant: 'default',
  scopes: new Set(scopes),
  name: 'loopback',
};

/** Whether a request was let in without credentials. */
export function isWithoutCredentials({ name }: Pick<Caller, 'name'>): boolean {
  return name === openCaller.name;
}

/** Makes what checks the credentials of requests, by the configuration. */
export function createAuthenticator(
  { listen, auth }: Pick<Config, 'listen' | 'auth'>,
  keys: Pick<KeyStore, 'verify' | 'hasAny'>,
): Authenticator {
  const verifyJwt = auth.jwt === undefined ? undefined : createJwtVerifier(auth.jwt);
  const isOpen = async (): Promise<boolean> =>
    isLoopback(listen.host) && verifyJwt === undefined && !(auth.keys && (await keys.hasAny()));

  const callerWith = async (token: string, beforeRead: Sender['beforeLookUp']): Promise<Caller> => {
    const isKey = token.startsWith('wb_');
    if (!isKey && verifyJwt !== undefined) return verifyJwt(token);
    const key = isKey && auth.keys ? await keys.verify(token, { beforeRead }) : undefined;
    if (key === undefined) throw unauthenticated('invalid', 'the token is not a valid one');
    return { tenant: key.tenant, scopes: new Set(key.scopes), name: `key ${key.id}` };
  };

  const callerOf = async ({ headers, remoteAddress, beforeLookUp }: Sender): Promise<Caller> => {
    const { authorization } = headers;
    if (authorization !== undefined) return callerWith(readBearer(authorization), beforeLookUp);
    if (await isOpen()) {
      assertFromHere(headers, remoteAddress);
      return openCaller;
    }
    const words = 'expected a header Authorization: Bearer with an API key or a token, got none';
    throw unauthenticated('missing', words);
  };
  return {
    isOpen,
    authenticate: async (sender) =>
      actFor(await callerOf(sender), sender.headers['waybill-tenant']),
  };
}

function readBearer(authorization: string): string {
  const [, token] = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  throw unauthenticated(
    'invalid',
    'expected Authorization: Bearer and one token, got another form',
  );
}

function actFor(caller: Caller, asked: string | readonly string[] | undefined): Caller {
  if (asked === undefined || asked === caller.tenant) return caller;
  if (typeof asked !== 'string' || !tenantPattern.test(asked)) {
    const words = 'Waybill-Tenant: expected one name of a tenant, got something else';
    throw makeError('ERR_WAYBILL_INVALID_REQUEST', words);
  }
  if (caller.scopes.has('admin')) return { ...caller, tenant: asked };
  const words = 'the credentials are not for the tenant that Waybill-Tenant names';
  throw makeError('ERR_WAYBILL_FORBIDDEN', words);
}
