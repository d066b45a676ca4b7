import { expect, test } from 'vitest';
import { authenticatorFor, testServer, type TestServerOptions } from './server.fixture.ts';

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

test('whether the service is alive may be asked as often as one likes', async () => {
  await using server = await testServer({ routes, overrides });
  for (let count = 1; count <= 10; count += 1) {
    expect((await server.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  }
});
