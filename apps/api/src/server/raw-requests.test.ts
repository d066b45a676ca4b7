import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Problem } from '@waybill/protocol/http';
import { type TestServer, type TestServerOptions, testServer } from './server.fixture.ts';

const routes: NonNullable<TestServerOptions['routes']> = (app) =>
  void app.post('/echo', { config: { scope: 'run' } }, (request) => request.body ?? 'nothing');

const overrides = { 'http.headersTimeoutMs': 200, 'http.requestTimeoutMs': 400 };

async function listening(options: TestServerOptions = {}): Promise<TestServer & { port: number }> {
  const server = await testServer({ routes, overrides, ...options });
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  return { ...server, port };
}

/** Sends bytes as they are, and reads until the server ends the connection. */
async function send(
  port: number,
  request: string | Buffer,
): Promise<{ status: number; body: string; head: string }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return { status: Number(head.split(' ')[1]), body, head };
}

const post = 'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const close = 'connection: close\r\n';

test.each<[string, string, string]>([
  [
    'headers that never end',
    'POST /echo HTTP/1.1\r\nhost: localhost\r\nx-a',
    '408 ERR_WAYBILL_REQUEST_TIMEOUT',
  ],
  [
    'a body that never comes',
    `${post}content-length: 10\r\n\r\n{`,
    '408 ERR_WAYBILL_REQUEST_TIMEOUT',
  ],
  [
    'headers of a megabyte',
    `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a: ${'a'.repeat(1_000_000)}\r\n\r\n`,
    '431 ERR_WAYBILL_INVALID_REQUEST',
  ],
  ['what is no HTTP', 'hello\r\n\r\n', '400 ERR_WAYBILL_INVALID_REQUEST'],
  [
    'a name with a line break',
    'GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a\r\n: b\r\n\r\n',
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'no Host',
    'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n',
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'two Hosts',
    'GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n',
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'what nobody can expect',
    'GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: x\r\nconnection: close\r\n\r\n',
    '417 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a tunnel',
    'CONNECT evil.example:443 HTTP/1.1\r\nhost: a\r\n\r\n',
    '405 ERR_WAYBILL_METHOD_NOT_ALLOWED',
  ],
  [
    'two lengths',
    `${post}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a length and pieces',
    `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
  [
    'a length that is no number',
    `${post}content-length: -1\r\n\r\n`,
    '400 ERR_WAYBILL_INVALID_REQUEST',
  ],
])(
  '%s is answered with a problem document, and the connection ends',
  async (_what, request, expected) => {
    const [status, code] = expected.split(' ');
    await using server = await listening();
    const answer = await send(server.port, request);
    expect(answer.status).toBe(Number(status));
    expect(answer.head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.body) as Problem).toMatchObject({
      status: Number(status),
      code,
      requestId: expect.any(String),
    });
  },
);

test('a body in pieces larger than any may be is refused while it comes', async () => {
  await using server = await listening({ overrides: { 'body.maxBytes.default': 1_024 } });
  const piece = `400\r\n${'x'.repeat(1_024)}\r\n`;
  const request = `${post}transfer-encoding: chunked\r\n\r\n${piece.repeat(4)}`;
  const answer = await send(server.port, request);
  expect(answer.status).toBe(413);
});

test('a service that was hammered with nonsense still answers', async () => {
  await using server = await listening();
  await Promise.all(Array.from({ length: 20 }, () => send(server.port, Buffer.alloc(1_000, 0))));
  const answer = await send(
    server.port,
    `GET /healthz HTTP/1.1\r\nhost: localhost\r\n${close}\r\n`,
  );
  expect(answer.status).toBe(200);
});

test('a page of another site gets nothing of a service that asks for no credentials', async () => {
  await using server = await listening();
  const ask = async (headers: string): Promise<number> => {
    const head = `POST /echo HTTP/1.1\r\n${headers}${close}`;
    return (await send(server.port, `${head}content-length: 0\r\n\r\n`)).status;
  };
  expect(await ask('host: localhost\r\n')).toBe(200);
  expect(await ask('host: rebound.example\r\n')).toBe(403);
  expect(await ask('host: localhost\r\norigin: https://evil.example\r\n')).toBe(403);
  expect(await ask('host: localhost\r\nsec-fetch-site: cross-site\r\n')).toBe(403);
});
