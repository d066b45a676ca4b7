import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { ask, here, withJson as json } from './failing-routes.fixture.ts';
import { authenticatorFor } from './server.fixture.ts';

const body = { name: 'ci', tenant: 'acme', scopes: ['run'] };

test.each<[string, InjectOptions, string]>([
  ['an address that leads nowhere', { url: '/nowhere' }, '404 ERR_WAYBILL_ROUTE_NOT_FOUND'],
  ['an address with a broken escape', { url: '/%zz' }, '400 ERR_WAYBILL_INVALID_REQUEST'],
  [
    'a parameter without end',
    { url: `/things/${'x'.repeat(2_000)}` },
    '404 ERR_WAYBILL_ROUTE_NOT_FOUND',
  ],
  ['another method', { method: 'DELETE', url: '/things/1' }, '405 ERR_WAYBILL_METHOD_NOT_ALLOWED'],
  [
    'a method of nobody',
    { method: 'PROPFIND', url: '/echo' },
    '405 ERR_WAYBILL_METHOD_NOT_ALLOWED',
  ],
  [
    'a form',
    {
      url: '/echo',
      payload: 'a=b',
      headers: { ...json, 'content-type': 'application/x-www-form-urlencoded' },
    },
    '415 ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'plain text',
    { url: '/echo', payload: '{}', headers: { ...json, 'content-type': 'text/plain' } },
    '415 ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON in another charset',
    {
      url: '/echo',
      payload: '{}',
      headers: { ...json, 'content-type': 'application/json; charset=utf-16' },
    },
    '415 ERR_WAYBILL_UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'what is no JSON',
    { url: '/echo', payload: '{', headers: json },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'no JSON at all',
    { url: '/echo', payload: '', headers: json },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'invalid UTF-8',
    { url: '/echo', payload: Buffer.of(0x22, 0xff, 0x22), headers: json },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'JSON without end',
    { url: '/echo', payload: '['.repeat(1_000), headers: json },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a key of a prototype',
    { url: '/echo', payload: '{"__proto__":1}', headers: json },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a body of another shape',
    { url: '/keys', payload: { ...body, admin: true } },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a number as text',
    { url: '/keys', payload: { ...body, name: 7 } },
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  ['a text as number', { url: '/number?n=x' }, '400 ERR_WAYBILL_INVALID_REQUEST'],
  [
    'a body that is too large',
    { url: '/echo', payload: JSON.stringify('x'.repeat(2_000)), headers: json },
    '413 ERR_WAYBILL_PAYLOAD_TOO_LARGE',
  ],
])('%s is answered with a problem document', async (_what, request, expected) => {
  const [status, code] = expected.split(' ');
  const method = request.method ?? (request.payload === undefined ? 'GET' : 'POST');
  const overrides = { 'body.maxBytes.default': 1_024, 'body.maxBytes.of': { other: 100_000 } };
  const { reply, problem } = await ask({ headers: here, ...request, method }, { overrides });
  expect(reply.headers['content-type']).toBe('application/problem+json');
  expect(problem).toMatchObject({
    status: Number(status),
    code,
    type: `urn:waybill:error:${code}`,
    blame: 'caller',
    requestId: reply.headers['x-request-id'],
  });
  expect(reply.statusCode).toBe(Number(status));
});

test('a tenant may have a body limit of its own', async () => {
  const overrides = { 'body.maxBytes.default': 1_024, 'body.maxBytes.of': { acme: 100_000 } };
  const payload = JSON.stringify('x'.repeat(50_000));
  const authenticator = authenticatorFor(new Set(['run']));
  const post = (tenant: string) =>
    ask(
      {
        method: 'POST',
        url: '/echo',
        payload,
        headers: { ...json, authorization: `Bearer ${tenant}` },
      },
      { overrides, authenticator },
    );
  expect((await post('acme')).reply.statusCode).toBe(200);
  expect((await post('other')).problem).toMatchObject({
    code: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
    details: { limitBytes: 1_024, gotBytes: 50_002 },
  });
});

test('another method is told which there are', async () => {
  const { reply } = await ask({ method: 'POST', url: '/things/7', headers: here });
  expect(reply.headers.allow).toBe('GET, HEAD, PUT');
});

test('what is wrong with a body is told by its path', async () => {
  const payload = { ...body, scopes: ['run', 'everything'] };
  const { problem } = await ask({ method: 'POST', url: '/keys', payload, headers: here });
  expect(problem?.details['issues']).toEqual([
    expect.objectContaining({ path: 'scopes[1]', got: '"everything"' }),
  ]);
});

test('a body is taken as it is, without another type or a part left out', async () => {
  const payload = { ...body, expiresAt: '2030-01-01T00:00:00Z' };
  const { reply } = await ask({ method: 'POST', url: '/keys', payload, headers: here });
  expect(reply.json()).toEqual(payload);
});

test('a request without body and type is one', async () => {
  const { reply } = await ask({ method: 'POST', url: '/echo', headers: here });
  expect(reply.body).toBe('nothing');
});

test('what nobody foresaw stays in the log, under the id that the answer tells', async () => {
  const { problem, lines, reply } = await ask({ url: '/internal', headers: here });
  expect(problem).toMatchObject({ status: 500, code: 'ERR_WAYBILL_INTERNAL', blame: 'host' });
  expect(reply.body).not.toContain('hunter2');
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      request: problem?.requestId,
      err: expect.objectContaining({ message: 'the password is hunter2' }),
    }),
  );
});

test('secrets are taken out of problem documents', async () => {
  const redact = (text: string): string => text.replaceAll('things', '[secret]');
  const { reply } = await ask({ method: 'POST', url: '/full', headers: here }, { redact });
  expect(reply.body).not.toContain('things');
});

test('when to try again is told where it is known', async () => {
  const { reply } = await ask({ url: '/full', headers: here });
  expect(reply.statusCode).toBe(429);
  expect(reply.headers['retry-after']).toBe('3');
});

test('a request keeps its id if that is safe text, otherwise it gets one', async () => {
  const idFor = async (id: string): Promise<unknown> =>
    (await ask({ url: '/nowhere', headers: { ...here, 'x-request-id': id } })).problem?.requestId;
  expect(await idFor('run-7:a/b=c')).toBe('run-7:a/b=c');
  for (const unsafe of ['a b', 'x'.repeat(129), '"}', '']) {
    expect(await idFor(unsafe)).toMatch(/^[\da-f-]{36}$/);
  }
});

test('every answer has the headers that keep browsers from doing anything with it', async () => {
  for (const url of ['/healthz', '/nowhere', '/internal', '/%zz']) {
    const { reply } = await ask({ url, headers: here });
    expect(reply.headers, url).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  }
});
