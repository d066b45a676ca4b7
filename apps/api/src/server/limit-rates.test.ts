import { expect, test } from 'vitest';
import { makeError } from '@waybill/protocol';
import type { KeyStore } from '../keys/key-store.ts';
import { authenticatorFor, testKey, testServer, type TestServerOptions } from './server.fixture.ts';

const routes: NonNullable<TestServerOptions['routes']> = (app) => {
  app.get('/', { config: { scope: 'read' } }, async () => 'x');
  app.get('/open', { config: { scope: 'public' } }, async () => 'x');
};
const overrides = {
  'rateLimit.perMinute': { default: 2, of: { large: 4 } },
  'rateLimit.unauthenticatedPerMinute': 3,
};

test('a tenant has its requests in a minute, whatever others do', async () => {
  const authenticator = authenticatorFor(new Set(['read']));
  await using server = await testServer({ routes, overrides, authenticator });
  const ask = async (tenant: string) =>
    server.app.inject({ url: '/', headers: { authorization: `Bearer ${tenant}` } });
  const first = await ask('small');
  expect(first.headers).toMatchObject({
    'ratelimit-limit': '2',
    'ratelimit-remaining': '1',
    'ratelimit-reset': expect.stringMatching(/^\d+$/),
  });
  expect((await ask('small')).statusCode).toBe(200);
  const refused = await ask('small');
  expect(refused.json()).toMatchObject({
    status: 429,
    code: 'ERR_WAYBILL_RATE_LIMITED',
    retryable: true,
  });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  for (let count = 1; count <= 4; count += 1) expect((await ask('large')).statusCode).toBe(200);
  expect((await ask('large')).statusCode).toBe(429);
  expect((await ask('other')).statusCode).toBe(200);
});

test('an address that has no valid credentials is counted, and tenants behind it are not', async () => {
  const keys = {
    hasAny: async () => true,
    verify: async (token: string) =>
      token === 'wb_right'
        ? { id: 'a', name: 'a', createdAtMs: 0, tenant: 'acme', scopes: ['read' as const] }
        : undefined,
  };
  await using server = await testServer({ routes, overrides, keys });
  const ask = async (url: string, token: string) =>
    (await server.app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode;
  expect(await ask('/', 'wb_wrong')).toBe(401);
  expect(await ask('/nowhere', 'wb_wrong')).toBe(404);
  expect(await ask('/open', 'wb_wrong')).toBe(200);
  expect(await ask('/', 'wb_wrong')).toBe(429);
  expect(await ask('/nowhere', 'wb_wrong')).toBe(429);
  expect(await ask('/open', 'wb_wrong')).toBe(429);
  expect(await ask('/', 'wb_right')).toBe(200);
});

test('what a tenant is refused for its scope, or because the service stops, counts as well', async () => {
  const authenticator = authenticatorFor(new Set(['read']));
  const refusing: typeof routes = (app) => {
    app.get('/other', { config: { scope: 'deploy' } }, async () => 'x');
  };
  await using server = await testServer({ routes: refusing, overrides, authenticator });
  const asOther = async (): Promise<number> =>
    (await server.app.inject({ url: '/other', headers: { authorization: 'Bearer a' } })).statusCode;
  expect([await asOther(), await asOther(), await asOther()]).toEqual([403, 403, 429]);

  await using stopping = await testServer({
    routes: refusing,
    overrides,
    authenticator: authenticatorFor(new Set(['deploy'])),
    service: { state: () => 'draining' },
  });
  const ask = async (): Promise<number> =>
    (await stopping.app.inject({ url: '/other', headers: { authorization: 'Bearer a' } }))
      .statusCode;
  expect([await ask(), await ask(), await ask()]).toEqual([503, 503, 429]);
});

test('an address with too many bad credentials asks the database no more, and keys that were seen come in', async () => {
  const looked: string[] = [];
  const verify: KeyStore['verify'] = async (token, { beforeRead } = {}) => {
    if (token === 'wb_seen') return testKey({ scopes: ['read'] });
    await beforeRead?.();
    looked.push(token);
    return undefined;
  };
  const keys = { hasAny: async () => true, verify };
  await using server = await testServer({ routes, overrides, keys });
  const ask = async (token: string): Promise<number> =>
    (await server.app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } }))
      .statusCode;
  const statuses = [await ask('wb_1'), await ask('wb_2'), await ask('wb_3'), await ask('wb_4')];
  expect(statuses).toEqual([401, 401, 401, 429]);
  expect(looked).toEqual(['wb_1', 'wb_2', 'wb_3']);
  expect(await ask('wb_seen')).toBe(200);
});

test('that nobody can say whose a key is counts against no address', async () => {
  const verify = async (): Promise<never> => {
    throw makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'it is away');
  };
  const keys = { hasAny: async () => true, verify };
  await using server = await testServer({ routes, overrides, keys });
  const headers = { authorization: 'Bearer wb_any' };
  for (let count = 1; count <= 5; count += 1) {
    expect((await server.app.inject({ url: '/', headers })).statusCode).toBe(503);
  }
  expect((await server.app.inject({ url: '/' })).statusCode).toBe(401);
});

test('whether the service is alive may be asked as often as one likes', async () => {
  await using server = await testServer({ routes, overrides });
  for (let count = 1; count <= 10; count += 1) {
    expect((await server.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  }
});
