import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSocket, type RawAnswer, rawRequest, sendRaw } from '../support/raw-http.ts';
import { type TestService, startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';
import { expectProblem } from '../support/problem.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({
    config: {
      http: { headersTimeoutMs: 700, requestTimeoutMs: 1_200 },
      body: { maxBytes: { default: 65_536 } },
      rateLimit: { perMinute: { default: 1_000_000 } },
      log: { level: 'warn' },
    },
  });
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

const json = 'Content-Type: application/json';

function post(body: string, headers: readonly string[] = [json]): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return rawRequest('POST /v1/run', [...headers, length], body);
}

/** Refused with one of these, in words that a program understands, by a service that goes on. */
async function expectRefused(answer: RawAnswer, statuses: readonly number[]): Promise<void> {
  expect(statuses).toContain(answer.status);
  expectProblem(answer);
  const after = await send(service.url, '/healthz');
  expect(after.status).toBe(200);
}

test('headers that come too slowly end their connection, with a problem', async () => {
  const answer = await sendRaw(service.url, 'GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A', {
    until: 'close',
    patienceMs: 10_000,
  });
  expect(answer.isClosed).toBe(true);
  await expectRefused(answer, [408]);
});

test('a body that comes too slowly ends its connection, with a problem', async () => {
  const begun = rawRequest('POST /v1/run', [json, 'Content-Length: 1000'], '{"source":');
  const answer = await sendRaw(service.url, begun, { until: 'close', patienceMs: 10_000 });
  expect(answer.isClosed).toBe(true);
  await expectRefused(answer, [408]);
});

test('a connection that never says anything is ended', async () => {
  const answer = await sendRaw(service.url, '', { until: 'close', patienceMs: 10_000 });
  expect(answer.isClosed).toBe(true);
});

describe('a body', () => {
  test.each([
    ['that is declared as too large', post('{}').replace('Length: 2', 'Length: 99999999'), [413]],
    ['that is too large', post(`{"source":"${'x'.repeat(70_000)}"}`), [413]],
    [
      'that grows too large in chunks',
      rawRequest(
        'POST /v1/run',
        [json, 'Transfer-Encoding: chunked'],
        `4000\r\n${'x'.repeat(0x4000)}\r\n`.repeat(6).concat('0\r\n\r\n'),
      ),
      [413],
    ],
    ['of no type', post('{}', []), [415]],
    ['of another type', post('a=1', ['Content-Type: application/x-www-form-urlencoded']), [415]],
    ['of a type that browsers send anywhere', post('{}', ['Content-Type: text/plain']), [415]],
    ['of a broken type', post('{}', ['Content-Type: application/json;;;=,']), [400, 415]],
    ['of another character set', post('{}', [`${json}; charset=utf-16`]), [400, 415]],
    ['that is compressed', post('{}', [json, 'Content-Encoding: gzip']), [400, 415]],
    ['that is empty', post(''), [400]],
    ['that is no JSON', post('{"source": '), [400]],
    ['that is no object', post('[]'), [400]],
    ['that is null', post('null'), [400]],
    ['with a prototype', post('{"__proto__":{"source":"1"},"source":"1"}'), [400]],
    ['with a constructor', post('{"constructor":{"prototype":{"a":1}},"source":"1"}'), [400]],
    ['with a number without end', post(`{"source":"1","input":1${'0'.repeat(5_000)}}`), [200, 400]],
    ['with two documents', post('{"source":"1"}{"source":"2"}'), [400]],
    ['with a byte order mark and nothing else', post('\uFEFF'), [400]],
  ])('%s is refused', async (_what, bytes, statuses) => {
    const answer = await sendRaw(service.url, bytes);
    if (answer.status === 200) return;
    await expectRefused(answer, statuses);
  });

  test.each([
    ['arrays', '['.repeat(30_000)],
    ['arrays that end', `${'['.repeat(15_000)}${']'.repeat(15_000)}`],
    ['objects', '{"a":'.repeat(10_000)],
    ['both', '[{"a":'.repeat(8_000)],
  ])('of deeply nested %s is refused', async (_what, nested) => {
    await expectRefused(await sendRaw(service.url, post(nested)), [400]);
    const inner = `{"source":"1","input":${nested}}`;
    await expectRefused(await sendRaw(service.url, post(inner)), [400]);
  });

  test.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate', [0xed, 0xa0, 0x80]],
    ['a lone continuation', [0x80]],
    ['a cut character', [0xf0, 0x9f, 0x92]],
    ['a code point that is none', [0xf5, 0x80, 0x80, 0x80]],
  ])('with %s, which is no UTF-8, is refused', async (_what, bytes) => {
    const body = Buffer.concat([
      Buffer.from('{"source":"export default () => 1","input":"'),
      Buffer.from(bytes),
      Buffer.from('"}'),
    ]);
    const head = rawRequest('POST /v1/run', [json, `Content-Length: ${body.length}`]);
    const answer = await sendRaw(service.url, Buffer.concat([Buffer.from(head), body]));
    await expectRefused(answer, [400]);
  });
});

describe('a request', () => {
  const chunked = 'Transfer-Encoding: chunked';
  test.each([
    ['with a length and chunks', ['Content-Length: 4', chunked]],
    ['with chunks and a length', [chunked, 'Content-Length: 4']],
    ['with two lengths', ['Content-Length: 4', 'Content-Length: 40']],
    ['with a list of lengths', ['Content-Length: 4, 40']],
    ['with a negative length', ['Content-Length: -1']],
    ['with a length in hex', ['Content-Length: 0x10']],
    ['with a length beyond numbers', [`Content-Length: ${'9'.repeat(30)}`]],
    ['with an encoding that hides chunks', ['Transfer-Encoding: xchunked']],
    ['with chunks that are not last', ['Transfer-Encoding: chunked, identity']],
    ['with a space before the colon', ['Transfer-Encoding : chunked']],
    ['with a folded header', ['X-A: b\r\n Transfer-Encoding: chunked']],
    ['with a bare line feed', ['X-A: b\nContent-Length: 9']],
    ['with a NUL in a header', ['X-A: b\0c']],
  ])('%s is refused, and what follows it is not read as another', async (_what, headers) => {
    const hidden = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const bytes = rawRequest('POST /v1/run', [json, ...headers], `0\r\n\r\n${hidden}`);
    const answer = await sendRaw(service.url, bytes, { until: 'close', patienceMs: 8_000 });
    await expectRefused(answer, [400]);
    expect(answer.text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
    expect(answer.isClosed).toBe(true);
  });

  test.each([
    ['two hosts', 'GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: b\r\n\r\n', [400, 403]],
    ['no host', 'GET /v1/jobs HTTP/1.1\r\n\r\n', [400, 403]],
    ['a host of somebody else', 'GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n', [400, 403]],
    [
      'a page elsewhere behind it',
      rawRequest('GET /v1/jobs', ['Origin: https://e.example']),
      [403],
    ],
    ['an unknown method', rawRequest('BREW /v1/jobs', []), [400, 405]],
    ['a method for proxies', rawRequest('CONNECT 127.0.0.1:22', []), [400, 405, 501]],
    ['headers without end', rawRequest('GET /v1/jobs', [`X-A: ${'a'.repeat(90_000)}`]), [431]],
    ['thousands of headers', rawRequest('GET /v1/jobs', Array(5_000).fill('A: b')), [431]],
    [
      'an address without end',
      rawRequest(`GET /v1/jobs/${'a'.repeat(60_000)}`, []),
      [404, 414, 431],
    ],
    ['an expectation', rawRequest('GET /v1/jobs', ['Expect: the-impossible']), [417]],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
    ['a version that is none', 'GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n', [400, 505]],
  ])('with %s is refused', async (_what, bytes, statuses) => {
    const answer = await sendRaw(service.url, bytes);
    await expectRefused(answer, statuses);
  });
});

test.each([
  '/v1/jobs/..%2f..%2fetc%2fpasswd',
  '/v1/jobs/%2e%2e/%2e%2e/etc/passwd',
  '/v1/jobs/%00',
  '/v1/jobs/a%00b',
  '/v1/jobs/%',
  '/v1/jobs/%zz',
  '/v1/jobs/%c0%af',
  '/v1/jobs/%ff',
  '/v1/jobs/💣',
  '/v1/jobs/%F0%9F%92%A3',
  '//v1/jobs/x',
  '/v1//jobs/x',
  '/v1/jobs/x/',
  '/v1/./jobs/x',
  '/v1/jobs/../../etc/passwd',
  '/V1/JOBS/x',
  '/v1/jobs;a=b/x',
  '/docs/..%2f..%2fpackage.json',
  '/docs/static/..%2f..%2f..%2fpackage.json',
  '/docs/%2e%2e/%2e%2e/package.json',
  '/v1/functions/__proto__',
  '/v1/functions/constructor',
  '/v1/functions/..%2F..%2Fx',
  `/v1/functions/${'a'.repeat(300)}`,
  '/v1/schedules/%0d%0aSet-Cookie:%20a=b',
  '/v1/jobs/00000000-0000-0000-0000-000000000000',
  'http://evil.example/v1/jobs/x',
])('GET %s is refused with a problem', async (path) => {
  const answer = await sendRaw(service.url, rawRequest(`GET ${path}`, []));
  await expectRefused(answer, [400, 403, 404, 414]);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test.each([
  '?limit=-1',
  '?limit=1e9',
  '?limit=NaN',
  '?limit=1&limit=2',
  '?limit[]=1',
  '?limit=',
  '?cursor=%00',
  `?cursor=${'A'.repeat(5_000)}`,
  '?cursor=../../x',
  '?state=dead',
  '?__proto__=x',
  '?unknown=x',
  '?submittedFrom=yesterday',
  "?function=';DROP TABLE waybill.job;--",
])('GET /v1/jobs%s is answered or refused, and never fails', async (query) => {
  const line = `GET /v1/jobs${query.replaceAll(' ', '%20')}`;
  const answer = await sendRaw(service.url, rawRequest(line, []));
  if (answer.status !== 200) await expectRefused(answer, [400, 414]);
});

test('many requests in one write are answered in order, each by itself', async () => {
  const count = 50;
  const one = rawRequest('GET /v1/jobs/not-a-job', []);
  const last = rawRequest('GET /healthz', ['Connection: close']);
  const { text } = await sendRaw(service.url, one.repeat(count) + last, { until: 'close' });
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
  expect(statuses).toEqual([...Array<string>(count).fill('404'), '200']);
});

test('connections that are dropped in the middle of a request leave the service as it was', async () => {
  for (let count = 0; count < 200; count++) {
    const socket = await openSocket(service.url);
    socket.on('error', () => undefined);
    socket.write(post(`{"source":"${'x'.repeat(count * 10)}"}`).slice(0, 40 + count * 8));
    socket.resetAndDestroy();
  }
  expect((await send(service.url, '/healthz')).status).toBe(200);
  const { status } = await send(service.url, '/v1/run', {
    method: 'POST',
    body: { source: 'export default () => 1' },
  });
  expect(status).toBe(200);
});
