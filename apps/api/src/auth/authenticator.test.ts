import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { testConfig, testKey } from '../server/server.fixture.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';

const token = `wb_${'a'.repeat(16)}_${'x'.repeat(43)}`;
const sender = { remoteAddress: '127.0.0.1' };

async function authenticatorOf(
  key = testKey(),
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Authenticator> {
  const config: Config = await testConfig(overrides);
  return createAuthenticator(config, {
    hasAny: async () => true,
    verify: async (given) => (given === token ? key : undefined),
  });
}

test('a key lets its tenant in, with its scopes', async () => {
  const { authenticate } = await authenticatorOf();
  const caller = await authenticate({ ...sender, headers: { authorization: `Bearer ${token}` } });
  expect(caller).toEqual({
    tenant: 'acme',
    scopes: new Set(['run']),
    name: `key ${'a'.repeat(16)}`,
  });
});

test.each([
  ['none', undefined, 'missing'],
  ['another key', `Bearer wb_${'b'.repeat(16)}_${'x'.repeat(43)}`, 'invalid'],
  ['another scheme', `Basic ${token}`, 'invalid'],
  ['two tokens', `Bearer ${token} ${token}`, 'invalid'],
  ['nothing behind the scheme', 'Bearer ', 'invalid'],
  ['a token of an identity provider that there is not', 'Bearer a.b.c', 'invalid'],
])('with %s nobody is let in', async (_what, authorization, told) => {
  const { authenticate } = await authenticatorOf();
  const headers = authorization === undefined ? {} : { authorization };
  await expect(authenticate({ ...sender, headers })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_UNAUTHENTICATED',
    details: { token: told },
  });
});

test('a key is not accepted where keys are not', async () => {
  const { authenticate } = await authenticatorOf(testKey(), { 'auth.keys': false });
  const headers = { host: 'localhost', authorization: `Bearer ${token}` };
  await expect(authenticate({ ...sender, headers })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_UNAUTHENTICATED',
  });
});

test('an operator acts for any tenant, others for their own', async () => {
  const headers = { authorization: `Bearer ${token}`, 'waybill-tenant': 'other' };
  const operator = await authenticatorOf(testKey({ scopes: ['admin'] }));
  expect(await operator.authenticate({ ...sender, headers })).toMatchObject({ tenant: 'other' });
  const { authenticate } = await authenticatorOf();
  const own = { ...headers, 'waybill-tenant': 'acme' };
  expect(await authenticate({ ...sender, headers: own })).toMatchObject({ tenant: 'acme' });
  await expect(authenticate({ ...sender, headers })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FORBIDDEN',
  });
});

test('a name that no tenant can have is refused', async () => {
  const operator = await authenticatorOf(testKey({ scopes: ['admin'] }));
  const headers = { authorization: `Bearer ${token}`, 'waybill-tenant': 'a, b' };
  await expect(operator.authenticate({ ...sender, headers })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_REQUEST',
  });
});

test('this machine needs no credentials until the first key is made', async () => {
  const keys = { any: false };
  const store = { hasAny: async () => keys.any, verify: async () => undefined };
  const { authenticate, isOpen } = createAuthenticator(await testConfig(), store);
  const headers = { host: 'localhost:8478' };
  expect(await isOpen()).toBe(true);
  expect(await authenticate({ ...sender, headers })).toMatchObject({
    tenant: 'default',
    name: 'loopback',
  });
  keys.any = true;
  expect(await isOpen()).toBe(false);
  await expect(authenticate({ ...sender, headers })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_UNAUTHENTICATED',
  });
});

test.each([
  ['it listens elsewhere too', { 'listen.host': '0.0.0.0' }],
  [
    'there is an identity provider',
    { 'auth.jwt': { jwksUrl: 'https://id.example', issuer: 'id', audience: 'waybill' } },
  ],
])('this machine needs credentials where %s', async (_why, overrides) => {
  const store = { hasAny: async () => false, verify: async () => undefined };
  const { isOpen } = createAuthenticator(await testConfig(overrides), store);
  expect(await isOpen()).toBe(false);
});
