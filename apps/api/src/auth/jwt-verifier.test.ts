import { createHmac } from 'node:crypto';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JwtConfig } from '../config/config.ts';
import { type VerifyJwt, createJwtVerifier } from './jwt-verifier.ts';

const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
const claims = { tenant: 'acme', scope: 'run read openid', sub: 'ann' };

let stack: AsyncDisposableStack;
let verify: VerifyJwt;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
}

function configOf(jwksUrl: string): JwtConfig {
  const names = { tenantClaim: 'tenant', scopesClaim: 'scope' };
  return { jwksUrl, issuer: 'https://id', audience: 'waybill', ...names, clockToleranceSeconds: 5 };
}

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const url = await serve((_request, response) =>
    response
      .setHeader('content-type', 'application/json')
      .setHeader('connection', 'close')
      .end(JSON.stringify({ keys: [jwk] })),
  );
  verify = createJwtVerifier(configOf(url));
});

afterAll(() => stack.disposeAsync());

interface Token {
  readonly payload?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string | undefined;
  readonly key?: CryptoKey;
  readonly kid?: string;
}

function sign(token: Token = {}): Promise<string> {
  const { payload = claims, issuer = 'https://id', audience = 'waybill', kid = 'one' } = token;
  const jwt = new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt();
  if (!('expires' in token) || token.expires !== undefined) {
    jwt.setExpirationTime(token.expires ?? '1m');
  }
  return jwt.sign(token.key ?? privateKey);
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const whole = { ...claims, iss: 'https://id', aud: 'waybill', exp: 4_000_000_000 };

test('a token of the provider lets its tenant in with the scopes that are known', async () => {
  const caller = await verify(await sign());
  expect(caller).toEqual({ tenant: 'acme', scopes: new Set(['run', 'read']), name: 'jwt ann' });
});

test('scopes may be a list', async () => {
  const caller = await verify(await sign({ payload: { ...claims, scope: ['deploy', 7] } }));
  expect(caller.scopes).toEqual(new Set(['deploy']));
});

test.each<[string, () => Promise<string> | string]>([
  ['of another issuer', () => sign({ issuer: 'https://evil' })],
  ['for another audience', () => sign({ audience: 'billing' })],
  ['that has expired', () => sign({ expires: '-1m' })],
  ['that never expires', () => sign({ expires: undefined })],
  ['signed with another key', () => sign({ key: stranger.privateKey })],
  ['with a key that nobody knows', () => sign({ kid: 'two' })],
  ['without a tenant', () => sign({ payload: { scope: 'run' } })],
  ['with a tenant that is no name', () => sign({ payload: { ...claims, tenant: 'a b' } })],
  ['that is not signed', () => `${encode({ alg: 'none' })}.${encode(whole)}.`],
  [
    'signed with the public key as if it were a shared secret',
    async () => {
      const text = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(whole)}`;
      const hmac = createHmac('sha256', await exportSPKI(publicKey));
      return `${text}.${hmac.update(text).digest('base64url')}`;
    },
  ],
  ['that is none', () => 'nonsense'],
])('a token %s is refused', async (_what, make) => {
  await expect(verify(await make())).rejects.toMatchObject({
    code: 'ERR_WAYBILL_UNAUTHENTICATED',
    details: { token: 'invalid' },
  });
});

test.each<[string, RequestListener]>([
  ['answers with an error', (_request, response) => response.writeHead(500).end()],
  ['answers with something else', (_request, response) => response.end('<html>')],
  ['answers with no keys', (_request, response) => response.end('{}')],
  ['hangs up', (request) => request.socket.destroy()],
])('where the provider %s, the failure is not that of the token', async (_what, listener) => {
  const unlucky = createJwtVerifier(configOf(await serve(listener)));
  await expect(unlucky(await sign())).rejects.toMatchObject({
    code: 'ERR_WAYBILL_SERVICE_UNREACHABLE',
  });
});
