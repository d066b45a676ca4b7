import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import {
  jobResource,
  outcomeResource,
  sendJson,
  sendProblem,
  settledFields,
  startService,
} from './service.fixture.ts';

const id = '01900000-0000-7000-8000-000000000001';

test('a problem document becomes the error of its code, with its details and the id of the request', async () => {
  await using service = await startService((response) => {
    sendProblem(response, {
      status: 404,
      code: 'ERR_WAYBILL_JOB_NOT_FOUND',
      detail: 'there is no job x',
      details: { jobId: 'x' },
    });
  });
  await expect(service.client().jobs.get('x')).rejects.toMatchObject({
    name: 'CallerError',
    code: 'ERR_WAYBILL_JOB_NOT_FOUND',
    message: 'there is no job x',
    details: { jobId: 'x', requestId: 'r1' },
  });
});

const json = 'application/json';
const problem = 'application/problem+json';

test.each([
  {
    what: 'a problem document of an unknown code',
    status: 500,
    type: problem,
    body: '{"code":"E"}',
  },
  { what: 'a problem document that is no object', status: 400, type: problem, body: '[]' },
  { what: 'a page of another server', status: 404, type: 'text/html', body: '<h1>Not here</h1>' },
  { what: 'a redirect', status: 302, type: 'text/plain', body: '' },
  { what: 'a success that is no JSON', type: 'text/plain', body: 'hello' },
  { what: 'JSON that is cut off', type: json, body: '{"id":' },
  { what: 'JSON of another shape', type: json, body: '{"id":7}' },
  { what: 'JSON that is no object', type: json, body: 'null' },
  { what: 'an odd state', type: json, body: JSON.stringify(jobResource({ state: 'x' })) },
  { what: 'an odd moment', type: json, body: JSON.stringify(jobResource({ submittedAt: 'x' })) },
  { what: 'text that is no UTF-8', type: json, body: Buffer.from([0x22, 0xff, 0x22]) },
  { what: 'more than is read', type: json, body: `"${'x'.repeat(5_000)}"` },
])('$what is ERR_WAYBILL_BAD_ANSWER, and not asked for again', async (each) => {
  const { status = 200, type, body } = each;
  await using service = await startService((response) => {
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).end(body);
  });
  const answer = service.client({ maxAnswerBytes: 4_096 }).jobs.get(id);
  await expect(answer).rejects.toMatchObject({ code: 'ERR_WAYBILL_BAD_ANSWER' });
  expect(service.received).toHaveLength(1);
});

test('an endless answer is cut off at the largest that is read', async () => {
  await using service = await startService((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(1_000), () => setImmediate(more));
    };
    more();
  });
  const answer = service.client({ maxAnswerBytes: 65_536 }).jobs.get(id);
  await expect(answer).rejects.toThrow('more than 65536 bytes');
});

test('a service that is not there is ERR_WAYBILL_SERVICE_UNREACHABLE with its address', async () => {
  const gone = await startService(() => undefined);
  await gone[Symbol.asyncDispose]();
  await expect(gone.client({ retries: 2 }).jobs.get(id)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_SERVICE_UNREACHABLE',
    message: expect.stringMatching(/127\.0\.0\.1.*ECONNREFUSED/),
    details: { url: `${gone.url}/` },
  });
  expect(gone.waitsMs).toEqual([100, 200]);
});

test('what a gateway says in place of the service is tried again', async () => {
  await using service = await startService((response, _received, count) => {
    if (count < 3) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>');
    else sendJson(response, 200, jobResource());
  });
  await expect(service.client().jobs.get(id)).resolves.toMatchObject({ state: 'queued' });
});

test('an answer that breaks off in the middle is asked for again', async () => {
  await using service = await startService((response, _received, count) => {
    if (count > 1) {
      sendJson(response, 200, jobResource());
    } else {
      response.writeHead(200, { 'content-type': json, 'content-length': '500' });
      response.write('{"id"', () => response.destroy());
    }
  });
  await expect(service.client().jobs.get(id)).resolves.toMatchObject({ state: 'queued' });
});

test('the wait that the service asks for is kept, in seconds or as a date', async () => {
  const inAMinute = new Date(Date.now() + 20_000).toUTCString();
  await using service = await startService((response, _received, count) => {
    const limited = { status: 429, code: 'ERR_WAYBILL_RATE_LIMITED' };
    const after = count === 1 ? '7' : inAMinute;
    if (count === 3) sendJson(response, 200, jobResource());
    else sendProblem(response, limited, { 'retry-after': after });
  });
  await service.client().jobs.get(id);
  expect(service.waitsMs[0]).toBe(7_000);
  expect(service.waitsMs[1]).toBeGreaterThan(15_000);
});

test('a wait that is longer than the call may take is not begun', async () => {
  await using service = await startService((response) => {
    const limited = { status: 429, code: 'ERR_WAYBILL_RATE_LIMITED' };
    sendProblem(response, limited, { 'retry-after': '3600' });
  });
  await expect(service.client().jobs.get(id)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_RATE_LIMITED',
  });
  expect(service.waitsMs).toEqual([]);
});

test('a job that is to be run now is never sent twice', async () => {
  await using service = await startService((response) => void response.destroy());
  await expect(service.client().run({ source: '1' })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_SERVICE_UNREACHABLE',
  });
  expect(service.received).toHaveLength(1);
});

test('a service that does not answer in time is ERR_WAYBILL_SERVICE_UNREACHABLE', async () => {
  await using service = await startService(() => undefined);
  await expect(service.client().jobs.get(id, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_SERVICE_UNREACHABLE',
    message: expect.stringContaining('within 50 ms'),
  });
});

test('the time of a job is added to the timeout of the call that runs it', async () => {
  await using service = await startService((response) => {
    setTimeout(() => sendJson(response, 200, outcomeResource()), 150);
  });
  const spec = { source: '1', limits: { wallMs: 10_000 } };
  const outcome = await service.client().run(spec, { timeoutMs: 50 });
  expect(outcome).toMatchObject({ ok: true, value: 7, logs: [{ level: 'warn', text: 'hm' }] });
});

test('a call that its signal ends is ERR_WAYBILL_CANCELLED, and the service sees it end', async () => {
  const seen = Promise.withResolvers<void>();
  const controller = new AbortController();
  await using service = await startService((response) => {
    response.once('close', () => seen.resolve());
    controller.abort(new Error('enough'));
  });
  const call = service.client().run({ source: '1' }, { signal: controller.signal });
  await expect(call).rejects.toMatchObject({
    code: 'ERR_WAYBILL_CANCELLED',
    cause: { message: 'enough' },
  });
  await seen.promise;
});

test('every request carries credentials, tenant and the headers of the hook', async () => {
  await using service = await startService((response) => sendJson(response, 200, jobResource()));
  const tokens = ['one', 'two'];
  const client = service.client({
    token: async () => tokens.shift() ?? 'none',
    tenant: 'acme',
    headers: () => ({ traceparent: '00-1-2-01', authorization: 'Basic x', 'X-Own': 'y' }),
  });
  await client.jobs.get(id);
  await client.jobs.get(id);
  expect(service.received.map(({ headers }) => headers)).toMatchObject([
    { authorization: 'Bearer one', 'waybill-tenant': 'acme', traceparent: '00-1-2-01' },
    { authorization: 'Bearer two', 'x-own': 'y' },
  ]);
});

test('what a function of the options throws reaches the caller as it is', async () => {
  await using service = await startService((response) => sendJson(response, 200, jobResource()));
  const failure = new Error('no token today');
  const token = (): never => {
    throw failure;
  };
  await expect(service.client({ token }).jobs.get(id)).rejects.toBe(failure);
});

test('a token that no header can hold is refused and not shown', async () => {
  await using service = await startService((response) => sendJson(response, 200, jobResource()));
  const call = service.client({ token: 'secret\r\nX-Evil: 1' }).jobs.get(id);
  await expect(call).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_OPTIONS',
    message: expect.not.stringContaining('secret'),
  });
  expect(service.received).toEqual([]);
});

test.each(['', '.', '..'])(
  'the name %j, which would lead to another address, is refused',
  async (name) => {
    await using service = await startService((response) => sendJson(response, 200, {}));
    await expect(service.client().functions.run(name)).rejects.toMatchObject({
      code: 'ERR_WAYBILL_INVALID_REQUEST',
    });
    expect(service.received).toEqual([]);
  },
);

test('a name with special characters stays one segment of the address', async () => {
  await using service = await startService((response) => sendJson(response, 200, jobResource()));
  await service.client({ url: `${service.url}/prefix` }).jobs.get('a/../b?c#d');
  expect(service.received[0]?.url).toBe('/prefix/v1/jobs/a%2F..%2Fb%3Fc%23d');
});

test('a settled job has its outcome, and moments in ms', async () => {
  await using service = await startService((response) =>
    sendJson(response, 200, jobResource(settledFields)),
  );
  const job = await service.client().jobs.get(id);
  expect(job).toMatchObject({ state: 'succeeded', outcome: { ok: true, value: 7 } });
  expect(job.settledAtMs).toBe(Date.UTC(2026, 10, 22, 10, 0, 1));
  expect('function' in job).toBe(false);
});

test('a program ends as soon as its calls have: no timer and no listener of the client keeps it', async () => {
  await using service = await startService((response, _received, count) => {
    if (count === 1) response.destroy();
    else sendJson(response, 200, jobResource());
  });
  const code = `
    import { createClient } from '@waybill/client';
    const client = createClient({ url: ${JSON.stringify(service.url)}, timeoutMs: 3_600_000 });
    const { signal } = new AbortController();
    console.log((await client.jobs.get('x', { signal })).state);`;
  const cwd = new URL('..', import.meta.url);
  const result = await runNode({ code }, { cwd, timeoutMs: 15_000 });
  expect(result).toMatchObject({ code: 0, stdout: 'queued\n', stderr: '' });
});
