import { expect, test } from 'vitest';
import { ask, here } from './failing-routes.fixture.ts';
import { authenticatorFor, testKey, testServer, type TestServerOptions } from './server.fixture.ts';

test('credentials need the scope of the route, which admin has', async () => {
  const read = await ask(
    { url: '/things/1' },
    { authenticator: authenticatorFor(new Set(['read'])) },
  );
  expect(read.reply.statusCode).toBe(200);
  const admin = await ask(
    { url: '/things/1' },
    { authenticator: authenticatorFor(new Set(['admin'])) },
  );
  expect(admin.reply.statusCode).toBe(200);
  const run = await ask(
    { url: '/things/1' },
    { authenticator: authenticatorFor(new Set(['run'])) },
  );
  expect(run.problem).toMatchObject({ status: 403, code: 'ERR_WAYBILL_FORBIDDEN' });
  expect(run.reply.headers['www-authenticate']).toBe(
    'Bearer realm="waybill", error="insufficient_scope", scope="read"',
  );
});

test('a request without credentials is told which there are', async () => {
  const keys = { hasAny: async () => true, verify: async () => undefined };
  const { reply, problem } = await ask({ url: '/things/1', headers: here }, { keys });
  expect(problem).toMatchObject({ status: 401, code: 'ERR_WAYBILL_UNAUTHENTICATED' });
  expect(reply.headers['www-authenticate']).toBe('Bearer realm="waybill"');
  const token = { authorization: 'Bearer nonsense' };
  const wrong = await ask({ url: '/things/1', headers: token }, { keys });
  expect(wrong.reply.headers['www-authenticate']).toBe(
    'Bearer realm="waybill", error="invalid_token"',
  );
});

test('while the service drains, work is refused and reads are answered', async () => {
  const service = { state: () => 'draining' as const };
  const run = await ask({ method: 'POST', url: '/echo', headers: here }, { service });
  expect(run.problem).toMatchObject({ status: 503, code: 'ERR_WAYBILL_CLOSED', retryable: true });
  expect(run.reply.headers['retry-after']).toBe('1');
  const read = await ask({ url: '/things/1', headers: here }, { service });
  expect(read.reply.statusCode).toBe(200);
  expect(read.reply.headers.connection).toBe('close');
  const ready = await ask({ url: '/readyz', headers: here }, { service });
  expect(ready.reply.statusCode).toBe(503);
  const alive = await ask({ url: '/healthz', headers: here }, { service });
  expect(alive.reply.statusCode).toBe(200);
});

test('a route that does not say who may call it keeps the server from starting', async () => {
  const silent: TestServerOptions['routes'] = (app) => void app.get('/silent', () => 'x');
  await expect(testServer({ routes: silent })).rejects.toThrow('/silent');
});

test('nobody but operators comes to the keys', async () => {
  const verify = async () => testKey({ scopes: ['run', 'read', 'deploy', 'schedule', 'metrics'] });
  const keys = { hasAny: async () => true, verify, list: async () => ({ items: [testKey()] }) };
  const headers = { authorization: 'Bearer wb_x' };
  const { problem } = await ask({ url: '/v1/keys', headers }, { keys });
  expect(problem?.code).toBe('ERR_WAYBILL_FORBIDDEN');
  const admin = { ...keys, verify: async () => testKey({ scopes: ['admin'] }) };
  const { reply } = await ask({ url: '/v1/keys', headers }, { keys: admin });
  expect(reply.json()).toEqual({
    items: [
      {
        id: 'a'.repeat(16),
        name: 'test',
        tenant: 'acme',
        scopes: ['run'],
        createdAt: '1970-01-01T00:00:00.001Z',
      },
    ],
  });
});
