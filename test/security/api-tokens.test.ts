import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
} from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem } from '../support/problem.ts';
import { type TestService, startService } from '../support/service.ts';
import { send, type ServiceAnswer } from '../support/service-requests.ts';

const issuer = 'https://issuer.example';
const audience = 'waybill';
const server = createServer();

let service: TestService;
let privateKey: CryptoKey;
let publicKey: CryptoKey;
let strangerKey: CryptoKey;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true }));
  ({ privateKey: strangerKey } = await generateKeyPair('ES256'));
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];
  server.on('request', (_request, answer) => {
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  const jwksUrl = `http://127.0.0.1:${address.port}/keys.json`;
  service = await startService({
    config: {
      auth: { jwt: { jwksUrl, issuer, audience, clockToleranceSeconds: 0 } },
      rateLimit: { perMinute: { default: 1_000_000 }, unauthenticatedPerMinute: 1_000_000 },
      log: { level: 'warn' },
    },
  });
}, 60_000);

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  server.close();
});

const claims = { tenant: 'acme', scope: 'read run' };

function token(more: object = {}, header: object = { kid: 'one' }): SignJWT {
  return new SignJWT({ ...claims, ...more })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('somebody')
    .setIssuedAt()
    .setExpirationTime('5 minutes');
}

async function listWith(authorization: string): Promise<ServiceAnswer> {
  return send(service.url, '/v1/jobs', { headers: { authorization } });
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token of the issuer is accepted for what it says', async () => {
  const good = await token().sign(privateKey);
  expect((await listWith(`Bearer ${good}`)).status).toBe(200);
  const refused = await send(service.url, '/v1/jobs', {
    method: 'POST',
    headers: { authorization: `Bearer ${good}` },
    body: { source: '1', sourceType: 'expression' },
  });
  expect(refused.status).toBe(403);
  expectProblem(refused);
});

const forgeries: Readonly<Record<string, () => Promise<string> | string>> = {
  'without a signature': () =>
    new UnsecuredJWT(claims)
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('5 minutes')
      .encode(),
  'whose signature was cut off': async () =>
    (await token().sign(privateKey)).replace(/\.[^.]*$/, '.'),
  'whose claims were changed': async () => {
    const [head, , signature] = (await token().sign(privateKey)).split('.');
    return `${head}.${encode({ ...claims, tenant: 'bolt', iss: issuer, aud: audience, exp: 4e9 })}.${signature}`;
  },
  'whose signature is that of another token': async () => {
    const [head, body] = (await token({ tenant: 'bolt' }).sign(privateKey)).split('.');
    const [, , signature] = (await token().sign(privateKey)).split('.');
    return `${head}.${body}.${signature}`;
  },
  'signed with the public key as a shared secret': async () =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('5 minutes')
      .sign(new TextEncoder().encode(await exportSPKI(publicKey))),
  'of another key': () => token().sign(strangerKey),
  'of a key that it brings itself': async () => {
    const { privateKey: own, publicKey: ownPublic } = await generateKeyPair('ES256', {
      extractable: true,
    });
    const jwk = await exportJWK(ownPublic);
    return token({}, { jwk }).sign(own);
  },
  'of a key at an address that it brings itself': () =>
    token({}, { kid: 'two', jku: `${issuer}/evil.json` }).sign(strangerKey),
  'of a key that nobody has': () => token({}, { kid: '../../etc/passwd' }).sign(privateKey),
  'with an extension that must be understood': () =>
    token({}, { kid: 'one', crit: ['x'], x: 1 }).sign(privateKey, { crit: { x: true } }),
  'that is over': () => token().setExpirationTime('-1 second').sign(privateKey),
  'that is not yet': () => token().setNotBefore('5 minutes').sign(privateKey),
  'that is never over': () =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(audience)
      .sign(privateKey),
  'for another audience': () => token().setAudience('others').sign(privateKey),
  'for no audience': () =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setExpirationTime('5 minutes')
      .sign(privateKey),
  'of another issuer': () => token().setIssuer('https://other.example').sign(privateKey),
  'without a tenant': () => token({ tenant: undefined }).sign(privateKey),
  'with a tenant that is none': () => token({ tenant: ['acme', 'bolt'] }).sign(privateKey),
  'with a tenant that no tenant can be named': () => token({ tenant: '../x' }).sign(privateKey),
  'of an API key that was never made': () => `wb_${'0'.repeat(16)}_${'A'.repeat(43)}`,
  'of an API key with nothing in it': () => 'wb__',
  'of nothing': () => '',
  'of bytes': () => '\u00ff\u00fe',
  'without end': () => 'a.'.repeat(4_000),
};

test.each(Object.keys(forgeries))('a token %s is refused', async (name) => {
  const forged = (await forgeries[name]?.()) ?? '';
  const answer = await listWith(`Bearer ${forged}`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expectProblem(answer);
  // Whoever reads the answer or the log learns nothing that he could send.
  if (forged.length > 20) expect(`${answer.text}${service.stderr}`).not.toContain(forged);
});

test.each(['Basic YTpi', 'bearer', 'Token x', 'Bearer a b', 'Bearer  '])(
  'credentials of the form "%s" are refused',
  async (authorization) => {
    const answer = await listWith(authorization);
    expect(answer.status).toBe(401);
    expectProblem(answer);
  },
);

test('two tokens in one request are refused, whatever they are', async () => {
  const good = await token().sign(privateKey);
  const answer = await send(service.url, '/v1/jobs', {
    headers: { authorization: `Bearer ${good}, Bearer ${good}` },
  });
  expect(answer.status).toBe(401);
});

test('a key that was revoked is refused, on the connection that it was accepted on', async () => {
  const made = await send(service.url, '/v1/keys', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await token({ scope: 'admin' }).sign(privateKey)}`,
    },
    body: { name: 'short', tenant: 'acme', scopes: ['read', 'admin'] },
  });
  expect(made.status).toBe(201);
  const { token: key, id } = made.json as { token: string; id: string };
  expect((await listWith(`Bearer ${key}`)).status).toBe(200);
  const tampered = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
  expect((await listWith(`Bearer ${tampered}`)).status).toBe(401);
  const revoked = await send(service.url, `/v1/keys/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${key}` },
  });
  expect(revoked.status).toBeLessThan(300);
  expect((await listWith(`Bearer ${key}`)).status).toBe(401);
  expect(service.stderr + service.stdout).not.toContain(key);
});
