import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  type Known,
  type OpenApiDocument,
  type WireRequest,
  requestsOf,
} from '../support/openapi-requests.ts';
import { expectProblem } from '../support/problem.ts';
import { type TestService, startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';

const fuzzMs = 15_000;
const answerMs = 10_000;
const seed = Number(process.env['WAYBILL_TEST_SEED'] ?? Date.now());

let service: TestService;
let authorization = '';
let known: Known;

beforeAll(async () => {
  service = await startService({
    config: {
      docs: 'public',
      rateLimit: { perMinute: { default: 1_000_000 }, unauthenticatedPerMinute: 1_000_000 },
      orchestrator: { limits: { wallMs: 1_000 } },
      log: { level: 'error' },
    },
  });
  // Otherwise the first key that is made among the requests would shut all later ones out.
  const scopes = ['run', 'submit', 'read', 'deploy', 'schedule', 'metrics', 'admin'];
  const body = { name: 'fuzz', tenant: 'default', scopes };
  const { json } = await send(service.url, '/v1/keys', { method: 'POST', body });
  authorization = `Bearer ${(json as { token: string }).token}`;
  known = await fill();
}, 60_000);
afterAll(() => service[Symbol.asyncDispose]());

/** Jobs that settle each time they are run, and a function and a schedule. */
async function fill(): Promise<Known> {
  const put = async (path: string, body: unknown, method = 'PUT'): Promise<string> => {
    const { json, status, text } = await send(service.url, path, {
      method,
      body,
      headers: { authorization },
    });
    expect(status, text).toBeLessThan(300);
    return String((json as { id?: string }).id);
  };
  const submit = (source: string): Promise<string> => put('/v1/jobs', { source }, 'POST');
  const source = 'export default (input) => input';
  await put('/v1/functions/known', { source });
  await put('/v1/schedules/known', { cron: '0 0 29 2 *', job: { function: 'known' } });
  const id = [await submit(source), await submit('export default () => { throw 1; }')];
  return { id, name: ['known'] };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a request as it is: `fetch` would put the path in order first. */
function answerTo({ method, path, headers, body }: WireRequest): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(answerMs);
  const sent = request(service.url, {
    method,
    path,
    headers: { authorization, ...headers, ...length },
    signal,
  });
  sent.on('response', (response) => {
    const got = {
      status: response.statusCode ?? 0,
      headers: new Headers(response.headers as never),
    };
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('end', () => resolve({ ...got, text }));
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

// A test that is refused everything proves little.
const accepted = new Set<string>();

async function expectSound(wire: WireRequest): Promise<void> {
  const answer = await answerTo(wire);
  if (answer.status < 300) accepted.add(wire.operationId);
  expect(answer.status, answer.text).toBeLessThan(500);
  if (answer.status >= 400) expectProblem(answer);
  if (wire.documented === undefined) return;
  const { status } = answer;
  expect(wire.documented, answer.text).toSatisfy((statuses: readonly string[]) =>
    [String(status), `${Math.floor(status / 100)}XX`].some((either) => statuses.includes(either)),
  );
}

test('whatever comes close to the documented requests is answered as documented, soon, and never with a fault of the service', async () => {
  const { json } = await send(service.url, '/openapi.json');
  const requests = requestsOf(json as OpenApiDocument, known);
  let requestCount = 0;
  const several = fc.array(requests, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(several, async (wires) => {
      requestCount += wires.length;
      await Promise.all(wires.map(expectSound));
    }),
    { seed, numRuns: 5_000, interruptAfterTimeLimit: fuzzMs },
  );
  expect(requestCount, `seed ${seed}`).toBeGreaterThan(200);
  expect(accepted.size, [...accepted].join(' ')).toBeGreaterThan(12);
  expect((await send(service.url, '/healthz')).status).toBe(200);
  expect(service.stderr, `seed ${seed}`).not.toContain('"level":"error"');
}, 60_000);
