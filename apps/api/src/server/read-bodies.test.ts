import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { until } from '@waybill/testkit';
import { type TestServer, authenticatorFor, testServer } from './server.fixture.ts';

const overrides = {
  'body.maxBytes': { default: 1_024, of: { large: 4_096 } },
  'body.maxInFlightBytes': 2_000,
  'body.maxInFlightBytesInAll': 3_000,
  'body.maxValues': 1_000,
};

interface HoldingServer extends TestServer {
  /** Lets the requests to `/hold` go. */
  release(): void;
  /** How many of them were handled or are. */
  heldCount(): number;
  post(tenant: string, path: string, bodyBytes: number): Promise<{ status: number; code: string }>;
}

async function start(): Promise<HoldingServer> {
  const gate = Promise.withResolvers<string>();
  let heldCount = 0;
  const server = await testServer({
    overrides,
    authenticator: authenticatorFor(new Set(['run'])),
    routes: (app) => {
      app.post('/echo', { config: { scope: 'run' } }, async () => 'read');
      app.post('/hold', { config: { scope: 'run' } }, () => {
        heldCount += 1;
        return gate.promise;
      });
    },
  });
  return {
    ...server,
    release: () => gate.resolve('held'),
    heldCount: () => heldCount,
    post: async (tenant, path, bodyBytes) => {
      const reply = await server.app.inject({
        method: 'POST',
        url: path,
        headers: { authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
        payload: JSON.stringify('x'.repeat(bodyBytes - 2)),
      });
      const { code = '' } = reply.statusCode < 400 ? {} : reply.json<{ code?: string }>();
      return { status: reply.statusCode, code };
    },
  };
}

test('a tenant may send bodies as long as it may, and another tenant its own', async () => {
  await using server = await start();
  expect(await server.post('small', '/echo', 1_024)).toMatchObject({ status: 200 });
  expect(await server.post('small', '/echo', 1_025)).toEqual({
    status: 413,
    code: 'ERR_WAYBILL_PAYLOAD_TOO_LARGE',
  });
  expect(await server.post('large', '/echo', 4_096)).toMatchObject({ status: 200 });
});

test.each([
  ['by its length, before any of it came', 'content-length: 1025\r\n\r\n'],
  [
    'in pieces, as soon as it is',
    `transfer-encoding: chunked\r\n\r\n401\r\n${'x'.repeat(1_025)}\r\n`,
  ],
])('a body that is too long for its tenant is refused %s', async (_how, rest) => {
  await using server = await start();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const head = 'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
  socket.write(`${head}authorization: Bearer small\r\n${rest}`);
  expect(await text(socket)).toContain('ERR_WAYBILL_PAYLOAD_TOO_LARGE');
});

test('bodies count until their requests are answered: of their tenant, and of all', async () => {
  await using server = await start();
  const held = [server.post('acme', '/hold', 1_000), server.post('acme', '/hold', 1_000)];
  await until(() => server.heldCount() === 2);
  const refusal = { status: 429, code: 'ERR_WAYBILL_RATE_LIMITED' };
  expect(await server.post('acme', '/echo', 10)).toEqual(refusal);
  expect(await server.post('other', '/echo', 1_000)).toMatchObject({ status: 200 });
  expect(await server.post('large', '/echo', 1_001)).toEqual(refusal);
  server.release();
  expect(await Promise.all(held)).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(await server.post('acme', '/echo', 10)).toMatchObject({ status: 200 });
  expect(await server.post('large', '/echo', 4_000)).toMatchObject({ status: 200 });
});

test('the body of a client that is gone counts no more', async () => {
  await using server = await start();
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const client = new AbortController();
  const gone = fetch(`${url}/hold`, {
    method: 'POST',
    signal: client.signal,
    headers: { authorization: 'Bearer large', 'content-type': 'application/json' },
    body: JSON.stringify('x'.repeat(2_500)),
  }).catch((error: Error) => error.name);
  await until(() => server.heldCount() === 1);
  expect(await server.post('acme', '/echo', 1_000)).toMatchObject({ status: 429 });
  client.abort();
  expect(await gone).toBe('AbortError');
  await until(async () => (await server.post('acme', '/echo', 1_000)).status === 200);
});

test('a body of more values than may be is refused', async () => {
  await using server = await start();
  const reply = await server.app.inject({
    method: 'POST',
    url: '/echo',
    headers: { authorization: 'Bearer large', 'content-type': 'application/json' },
    payload: `[${Array(1_000).fill(0).join(',')}]`,
  });
  expect(reply.json()).toMatchObject({ status: 400, code: 'ERR_WAYBILL_INVALID_REQUEST' });
});
