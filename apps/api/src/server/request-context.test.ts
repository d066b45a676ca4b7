import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { baggage, traceContext } from '@waybill/context/w3c';
import { requestId, tenantName } from '../context/variables.ts';
import { authenticatorFor, testServer, type TestServerOptions } from './server.fixture.ts';

const trace = { id: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
const told = {
  traceparent: `00-${trace.id}-${trace.span}-01`,
  tracestate: 'vendor=1',
  baggage: 'user=ann',
};

function seen() {
  return {
    request: requestId.get(),
    tenant: tenantName.get(),
    trace: traceContext.get()?.traceId,
    state: traceContext.get()?.state.length,
    user: baggage.get()?.get('user')?.value,
  };
}

const routes: NonNullable<TestServerOptions['routes']> = (app) => {
  const look = async () => {
    const first = seen();
    await setImmediate();
    expect(seen()).toEqual(first);
    return first;
  };
  app.post('/private', { config: { scope: 'run' } }, look);
  app.get('/private', { config: { scope: 'run' } }, look);
  app.get('/public', { config: { scope: 'public' } }, look);
};

async function lookAt(url: string, overrides: Readonly<Record<string, unknown>> = {}) {
  const authenticator = authenticatorFor(new Set(['run']));
  await using server = await testServer({ routes, authenticator, overrides });
  const headers = { ...told, 'x-request-id': 'r1', authorization: 'Bearer acme' };
  return (await server.app.inject({ url, headers })).json<ReturnType<typeof seen>>();
}

test('a handler runs with the id, the tenant and the trace of its request', async () => {
  expect(await lookAt('/private')).toEqual({
    request: 'r1',
    tenant: 'acme',
    trace: trace.id,
    state: 1,
  });
});

test.each<[string, string, boolean]>([
  ['never', '/private', false],
  ['authenticated', '/private', true],
  ['authenticated', '/public', false],
  ['always', '/public', true],
])(
  'with trust %s, what a request to %s tells of its trace is believed: %s',
  async (trust, url, believed) => {
    const overrides = { 'trust.traceparent': trust, 'trust.baggage': trust };
    const { trace: found, user } = await lookAt(url, overrides);
    expect(found).toMatch(/^[\da-f]{32}$/);
    expect(found === trace.id).toBe(believed);
    expect(user).toBe(believed ? 'ann' : undefined);
  },
);

test('a request that tells of no trace starts one of its own', async () => {
  await using server = await testServer({
    routes,
    authenticator: authenticatorFor(new Set(['run'])),
  });
  const ask = async () =>
    (await server.app.inject({ url: '/private' })).json<ReturnType<typeof seen>>().trace;
  expect(await ask()).not.toBe(await ask());
});

test('requests at the same time, each with a body that comes in pieces, keep their contexts apart', async () => {
  await using server = await testServer({
    routes,
    authenticator: authenticatorFor(new Set(['run'])),
  });
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const ask = async (name: string): Promise<void> => {
    const pieces = async function* () {
      for (const piece of ['{"a"', ':', '"b"', '}']) {
        yield Buffer.from(piece);
        await setImmediate();
      }
    };
    const reply = await fetch(`${url}/private`, {
      method: 'POST',
      body: ReadableStream.from(pieces()),
      duplex: 'half',
      headers: {
        'content-type': 'application/json',
        'x-request-id': name,
        authorization: `Bearer ${name}`,
      },
    });
    expect(await reply.json()).toMatchObject({ request: name, tenant: name });
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`t${index}`)));
});

test('the line that a handler writes, and the one of its answer, tell whose request it is', async () => {
  const authenticator = authenticatorFor(new Set(['run']));
  await using server = await testServer({
    authenticator,
    routes: (app) =>
      void app.get('/log', { config: { scope: 'run' } }, (request) => {
        request.log.info('from the handler');
        return {};
      }),
  });
  const headers = { ...told, 'x-request-id': 'r2', authorization: 'Bearer acme' };
  await server.app.inject({ url: '/log', headers });
  const where = { request: 'r2', tenant: 'acme', trace: trace.id, span: trace.span };
  expect(server.lines).toEqual([
    expect.objectContaining({ message: 'from the handler', ...where }),
    expect.objectContaining({ message: 'answered', status: 200, route: '/log', ...where }),
  ]);
});
