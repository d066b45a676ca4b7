import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import {
  collect,
  jobResource,
  outcomeResource,
  sendJson,
  sendProblem,
  startService,
} from './service.fixture.ts';

const at = '2026-11-22T10:00:00.000Z';
const atMs = Date.parse(at);

const functionResource = {
  tenant: 'acme',
  name: 'f',
  version: 2,
  hash: 'abc',
  deployedAt: at,
  source: 'x',
  sourceType: 'module',
  modules: {},
  limits: { cpuMs: 5 },
  rerunnable: false,
};

const scheduleResource = {
  tenant: 'acme',
  name: 's',
  cron: '0 * * * *',
  timezone: 'UTC',
  isPaused: false,
  createdAt: at,
  next: [at],
  function: 'f',
  job: { function: 'f', input: 3 },
};

const keyResource = { id: 'k', name: 'ci', tenant: 'acme', scopes: ['run'], createdAt: at };

test.each([
  [{ url: 'ftp://x' }, 'such as http://127.0.0.1:8478, got one that begins with ftp:'],
  [{ url: 'localhost:8478' }, 'such as http://127.0.0.1:8478, got one that begins with localhost:'],
  [
    { url: 'nonsense' },
    'url: expected an http or https URL, such as http://127.0.0.1:8478, got what',
  ],
  [{ url: 'http://user:secret@x' }, 'without credentials'],
  [{ url: 'http://x', timeoutMs: 0 }, 'timeoutMs: expected an integer from 1'],
  [{ url: 'http://x', retries: 1.5 }, 'retries: expected an integer from 0'],
  [{ url: 'http://x', tenant: 'a b' }, 'tenant: expected 1 to 128'],
  [{ url: 'http://x', tokens: 'x' } as { url: string }, 'tokens: expected one of url, token'],
])('the options %j are refused', (options, words) => {
  expect(() => createClient(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_WAYBILL_INVALID_OPTIONS',
      message: expect.stringContaining(words),
    }),
  );
});

test('a function is deployed, read, listed, run, submitted and removed by its name', async () => {
  await using service = await startService((response, { method, url }) => {
    if (method === 'DELETE') response.writeHead(204).end();
    else if (url.endsWith('/run')) sendJson(response, 200, outcomeResource());
    else if (url.endsWith('/jobs')) sendJson(response, 202, jobResource());
    else if (url === '/v1/functions') sendJson(response, 200, { items: [functionResource] });
    else sendJson(response, method === 'PUT' ? 201 : 200, functionResource);
  });
  const { functions } = service.client();
  const put = await functions.put('f', { source: 'x', limits: { cpuMs: 5 } });
  expect(put).toMatchObject({ isNew: true, function: { version: 2, deployedAtMs: atMs } });
  expect(await functions.get('f', { version: 1 })).toMatchObject({
    spec: { source: 'x', limits: { cpuMs: 5 } },
  });
  expect(await collect(functions.list())).toMatchObject([{ name: 'f' }]);
  expect(await functions.run('f', { input: 1 })).toMatchObject({ ok: true, value: 7 });
  expect(await functions.submit('f')).toMatchObject({ isNew: true });
  expect(await functions.remove('f')).toBe(true);
  expect(service.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'PUT /v1/functions/f',
    'GET /v1/functions/f?version=1',
    'GET /v1/functions',
    'POST /v1/functions/f/run',
    'POST /v1/functions/f/jobs',
    'DELETE /v1/functions/f',
  ]);
  expect(service.received[3]?.body).toEqual({ input: 1 });
});

test('a schedule is put, read, listed and removed by its name', async () => {
  await using service = await startService((response, { method, url }) => {
    if (method === 'DELETE') response.writeHead(204).end();
    else if (url === '/v1/schedules') sendJson(response, 200, { items: [scheduleResource] });
    else sendJson(response, 200, scheduleResource);
  });
  const { schedules } = service.client();
  const spec = { cron: '0 * * * *', job: { function: 'f', input: 3n } };
  expect(await schedules.put('s', spec)).toMatchObject({ isNew: false });
  expect(await schedules.get('s')).toMatchObject({
    nextAtMs: [atMs],
    job: { function: 'f', input: 3 },
  });
  expect(await collect(schedules.list())).toMatchObject([{ function: 'f' }]);
  expect(await schedules.remove('s')).toBe(true);
  expect(service.received[0]?.body).toEqual({
    cron: '0 * * * *',
    job: { function: 'f', inputParcel: expect.any(String) },
  });
});

test('what is not there is removed with false', async () => {
  await using service = await startService((response, { url }) => {
    const noun = url.includes('functions') ? 'FUNCTION' : 'SCHEDULE';
    sendProblem(response, { status: 404, code: `ERR_WAYBILL_${noun}_NOT_FOUND` });
  });
  expect(await service.client().functions.remove('f')).toBe(false);
  expect(await service.client().schedules.remove('s')).toBe(false);
});

test('API keys are made, listed, rotated and revoked', async () => {
  await using service = await startService((response, { method, url }) => {
    if (method === 'GET') sendJson(response, 200, { items: [keyResource] });
    else if (method === 'DELETE') sendJson(response, 200, { ...keyResource, revokedAt: at });
    else sendJson(response, url === '/v1/keys' ? 201 : 200, { ...keyResource, token: 'wb_k_s' });
  });
  const { keys } = service.client();
  const spec = { name: 'ci', tenant: 'acme', scopes: ['run'], expiresAtMs: atMs } as const;
  expect(await keys.create(spec)).toMatchObject({ token: 'wb_k_s', key: { id: 'k' } });
  expect(await collect(keys.list({ tenant: 'acme' }))).toMatchObject([{ scopes: ['run'] }]);
  expect(await keys.rotate('k', { graceSeconds: 60 })).toMatchObject({ token: 'wb_k_s' });
  expect(await keys.revoke('k')).toMatchObject({ revokedAtMs: atMs });
  expect(service.received.map(({ body }) => body)).toEqual([
    { name: 'ci', tenant: 'acme', scopes: ['run'], expiresAt: at },
    undefined,
    { graceSeconds: 60 },
    undefined,
  ]);
});

test.each([
  [200, 'ready', true],
  [503, 'draining', false],
])('a service that answers %i %j is ready: %j', async (status, word, isReady) => {
  await using service = await startService((response) =>
    sendJson(response, status, { status: word }),
  );
  expect(await service.client().isReady()).toBe(isReady);
});

test('any fetch will do, and the routes are behind the path of the service', async () => {
  const sent: string[] = [];
  const client = createClient({
    url: 'https://example.org/waybill',
    fetch: async (url) => {
      sent.push(url);
      return Response.json(outcomeResource());
    },
  });
  expect(await client.run({ source: '1' })).toMatchObject({ ok: true, value: 7 });
  expect(sent).toEqual(['https://example.org/waybill/v1/run']);
});
