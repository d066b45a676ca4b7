import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeValue, fromResultResource } from '@waybill/protocol/http';
import { until } from '@waybill/testkit';
import { type TestApi, startApi } from './api.fixture.ts';

let api: TestApi;
const held = Promise.withResolvers<void>();
const reached = Promise.withResolvers<void>();

beforeAll(async () => {
  const hold = async (): Promise<void> => {
    reached.resolve();
    await held.promise;
  };
  api = await startApi({ hostFunctions: { hold } });
}, 60_000);
afterAll(() => api[Symbol.asyncDispose](), 30_000);

const one = { source: 'export default () => 1' };
const echo = { source: 'export default (input) => input' };

describe('POST /v1/run', () => {
  test('answers with the outcome', async () => {
    const body = {
      source: 'export default (n, { log }) => { log("hi"); return n + 1; }',
      input: 1,
    };
    const { status, json } = await api.ask('POST /v1/run', { body, fits: 'Outcome' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ ok: true, value: 2, tenant: 'acme', logs: [{ text: 'hi' }] });
  });

  test('a failure of the guest is an outcome, too', async () => {
    const body = { source: 'export default () => { throw new Error("no"); }' };
    const { status, json } = await api.ask('POST /v1/run', { body, fits: 'Outcome' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_GUEST_THREW', blame: 'guest' },
    });
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a Map with dates', new Map([[new Date(5), 1n]])],
    ['bytes', new Uint8Array([0, 255])],
  ])('%s goes in and comes out as it was', async (_what, value) => {
    const { value: input, parcel: inputParcel } = encodeValue(value);
    const { json } = await api.ask('POST /v1/run', {
      body: { ...echo, input, inputParcel },
      fits: 'Outcome',
    });
    expect(fromResultResource(json as never)).toStrictEqual({ ok: true, value });
  });

  test.each([
    ['neither source nor function', {}, 'INVALID_JOB'],
    ['both', { ...one, function: 'f' }, 'INVALID_JOB'],
    ['a function that is not there', { function: 'nobody' }, 'FUNCTION_NOT_FOUND'],
    ['a key that nobody knows', { ...one, tenant: 'evil' }, 'INVALID_REQUEST'],
    ['a limit out of its range', { ...one, limits: { wallMs: 0 } }, 'INVALID_REQUEST'],
    ['a parcel that is none', { ...one, inputParcel: '#' }, 'INVALID_REQUEST'],
  ])('refuses %s', async (_what, body, code) => {
    const { json } = await api.ask('POST /v1/run', { body });
    expect(json).toMatchObject({ code: `ERR_WAYBILL_${code}`, blame: 'caller' });
  });

  test('the job ends when the client closes the connection', async () => {
    const settled = Promise.withResolvers<string | undefined>();
    const stop = api.orchestrator.on('job:settled', ({ code }) => settled.resolve(code));
    const client = new AbortController();
    const body = { source: 'export default (_, { host }) => host.hold()' };
    const request = api.ask('POST /v1/run', { body, signal: client.signal });
    await reached.promise;
    client.abort();
    await expect(request).rejects.toThrow(/abort/i);
    expect(await settled.promise).toBe('ERR_WAYBILL_CANCELLED');
    held.resolve();
    stop();
  });
});

describe('durable jobs', () => {
  test('are accepted under an address, once for each idempotency key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await api.ask('POST /v1/jobs', { body: one, headers, fits: 'Job' });
    expect(first).toMatchObject({ status: 202, json: { state: 'queued', tenant: 'acme' } });
    expect(first.headers.get('location')).toBe(`/v1/jobs/${String(first.json['id'])}`);
    const again = await api.ask('POST /v1/jobs', { body: one, headers, fits: 'Job' });
    expect(again).toMatchObject({ status: 200, json: { id: first.json['id'] } });
    const other = await api.ask('POST /v1/jobs', { body: echo, headers });
    expect(other).toMatchObject({
      status: 409,
      json: { code: 'ERR_WAYBILL_IDEMPOTENCY_CONFLICT' },
    });
  });

  test('an idempotency key that is none is refused', async () => {
    const headers = { 'Idempotency-Key': 'with a space' };
    expect((await api.ask('POST /v1/jobs', { body: one, headers })).status).toBe(400);
  });

  test('are cancelled while they wait, and put in the queue again', async () => {
    const { json } = await api.ask('POST /v1/jobs', { body: one });
    const address = `/v1/jobs/${String(json['id'])}`;
    expect(await api.ask(`POST ${address}/redrive`)).toMatchObject({ status: 409 });
    const cancelled = await api.ask(`DELETE ${address}?reason=late`, { fits: 'Job' });
    expect(cancelled).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    expect(await api.ask(`DELETE ${address}`)).toMatchObject({
      status: 409,
      json: { code: 'ERR_WAYBILL_JOB_STATE' },
    });
    const redriven = await api.ask(`POST ${address}/redrive`, { fits: 'Job' });
    expect(redriven).toMatchObject({ status: 202, json: { state: 'queued' } });
  });

  test.each([
    'x',
    '0',
    '%00',
    '..%2f..',
    'a'.repeat(300),
    randomUUID(),
    randomUUID().toUpperCase(),
  ])('an id that nobody has is not found: %s', async (id) => {
    for (const request of ['GET', 'DELETE']) {
      expect((await api.ask(`${request} /v1/jobs/${id}`)).status).toBe(404);
    }
    expect((await api.ask(`POST /v1/jobs/${id}/redrive`)).status).toBe(404);
    expect((await api.ask(`GET /v1/jobs/${id}/events`)).status).toBe(404);
  });

  test('of another tenant are not found and not listed', async () => {
    const { json } = await api.ask('POST /v1/jobs', { body: one, as: 'owner' });
    const address = `/v1/jobs/${String(json['id'])}`;
    for (const request of [
      `GET ${address}`,
      `DELETE ${address}`,
      `POST ${address}/redrive`,
      `GET ${address}/events`,
    ]) {
      expect(await api.ask(request, { as: 'thief' }), request).toMatchObject({
        status: 404,
        json: { code: 'ERR_WAYBILL_JOB_NOT_FOUND' },
      });
    }
    const list = await api.ask('GET /v1/jobs', { as: 'thief', fits: 'JobSummaryPage' });
    expect(list.json).toStrictEqual({ items: [] });
    expect(await api.ask(`GET ${address}`, { as: 'owner', fits: 'Job' })).toMatchObject({
      status: 200,
    });
  });

  test('are listed by state and function, page by page, the last first', async () => {
    const ids: unknown[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { json } = await api.ask('POST /v1/jobs', { body: one, as: 'lister' });
      ids.unshift(json['id']);
    }
    const as = 'lister';
    const fits = 'JobSummaryPage';
    const first = await api.ask('GET /v1/jobs?limit=2&state=queued,running', { as, fits });
    expect(first.json['items']).toMatchObject(ids.slice(0, 2).map((id) => ({ id })));
    const next = `cursor=${String(first.json['next'])}`;
    const second = await api.ask(`GET /v1/jobs?limit=2&${next}`, { as, fits });
    expect(second.json).toMatchObject({ items: [{ id: ids[2] }] });
    expect(second.json).not.toHaveProperty('next');
    for (const filter of [
      'state=failed',
      'function=f',
      'schedule=s',
      'submittedBefore=2020-01-01T00:00:00Z',
    ]) {
      expect((await api.ask(`GET /v1/jobs?${filter}`, { as, fits })).json).toStrictEqual({
        items: [],
      });
    }
  });

  test.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'state=sleeping',
    'state=queued&state=running',
    'cursor=x',
    'cursor=',
    'function=%20',
    'submittedFrom=yesterday',
    'unknown=1',
  ])('a list by %s is refused', async (query) => {
    expect((await api.ask(`GET /v1/jobs?${query}`)).status).toBe(400);
  });
});

describe('deployed functions', () => {
  const path = '/v1/functions/adds';

  test('have a version for each source that is new', async () => {
    const body = { source: 'export default (n) => n + 1', limits: { wallMs: 3_000 } };
    const fits = 'Function';
    expect(await api.ask(`PUT ${path}`, { body, fits })).toMatchObject({
      status: 201,
      json: { version: 1 },
    });
    expect(await api.ask(`PUT ${path}`, { body, fits })).toMatchObject({
      status: 200,
      json: { version: 1 },
    });
    const changed = { ...body, source: 'export default (n) => n + 2' };
    expect(await api.ask(`PUT ${path}`, { body: changed, fits })).toMatchObject({
      status: 201,
      json: { version: 2 },
    });
    expect((await api.ask(`GET ${path}`, { fits })).json).toMatchObject(changed);
    expect((await api.ask(`GET ${path}?version=1`, { fits })).json).toMatchObject(body);
    const { json } = await api.ask('GET /v1/functions', { fits: 'FunctionSummaryPage' });
    expect(json['items']).toMatchObject([{ name: 'adds', version: 2 }]);
  });

  test('are run, also in an older version, and submitted', async () => {
    const run = await api.ask(`POST ${path}/run`, { body: { input: 1 }, fits: 'Outcome' });
    expect(run.json).toMatchObject({ ok: true, value: 3 });
    const older = { function: 'adds', version: 1, input: 1 };
    expect((await api.ask('POST /v1/run', { body: older, fits: 'Outcome' })).json).toMatchObject({
      value: 2,
    });
    const job = await api.ask(`POST ${path}/jobs`, { body: { input: 1, version: 1 }, fits: 'Job' });
    expect(job).toMatchObject({ status: 202, json: { function: 'adds', version: 1 } });
    expect((await api.ask(`POST ${path}/run`, { body: { version: 9 } })).status).toBe(404);
  });

  test('a source that cannot run is refused before it is stored', async () => {
    const body = { source: 'export default (' };
    const { status, json } = await api.ask('PUT /v1/functions/broken', { body });
    expect([status, json['code']]).toStrictEqual([422, 'ERR_WAYBILL_GUEST_SYNTAX']);
    expect((await api.ask('GET /v1/functions/broken')).status).toBe(404);
  });

  test('are gone once they are removed', async () => {
    expect((await api.ask(`DELETE ${path}`)).status).toBe(204);
    expect((await api.ask(`DELETE ${path}`)).status).toBe(404);
    expect((await api.ask(`GET ${path}`)).status).toBe(404);
    // What was found a moment ago is believed for as long.
    const run = { body: { version: 2 } };
    await until(async () => (await api.ask(`POST ${path}/run`, run)).status === 404);
  });
});

describe('schedules', () => {
  const path = '/v1/schedules/nightly';
  const body = {
    cron: '0 2 * * *',
    timezone: 'Europe/Berlin',
    job: { ...echo, inputParcel: encodeValue({ at: new Date(0) }).parcel, priority: 5 },
  };

  test('are set, replaced, read, listed and removed', async () => {
    const fits = 'Schedule';
    const made = await api.ask(`PUT ${path}`, { body, fits });
    expect(made).toMatchObject({ status: 201, json: { ...body, isPaused: false } });
    expect(made.json['next']).not.toHaveLength(0);
    const paused = { ...body, isPaused: true };
    expect(await api.ask(`PUT ${path}`, { body: paused, fits })).toMatchObject({
      status: 200,
      json: { ...paused, next: [] },
    });
    expect((await api.ask(`GET ${path}`, { fits })).json).toMatchObject(paused);
    const list = await api.ask('GET /v1/schedules', { fits: 'ScheduleSummaryPage' });
    expect(list.json).toMatchObject({ items: [{ name: 'nightly', isPaused: true }] });
    expect((await api.ask('GET /v1/schedules', { as: 'thief' })).json).toStrictEqual({ items: [] });
    for (const request of [`GET ${path}`, `DELETE ${path}`]) {
      expect((await api.ask(request, { as: 'thief' })).json['code']).toBe(
        'ERR_WAYBILL_SCHEDULE_NOT_FOUND',
      );
    }
    expect((await api.ask(`DELETE ${path}`)).status).toBe(204);
    expect((await api.ask(`DELETE ${path}`)).status).toBe(404);
  });

  test.each([
    ['a cron expression that is none', { ...body, cron: 'often' }, 'INVALID_JOB'],
    ['a zone that is none', { ...body, timezone: 'Mars/Olympus' }, 'INVALID_JOB'],
    ['a job without a program', { ...body, job: {} }, 'INVALID_JOB'],
    [
      'a moment for its job',
      { ...body, job: { ...echo, startAfter: '2030-01-01T00:00:00Z' } },
      'INVALID_REQUEST',
    ],
    ['nothing', undefined, 'INVALID_REQUEST'],
  ])('refuse %s', async (_what, wrong, code) => {
    expect((await api.ask(`PUT ${path}`, { body: wrong })).json['code']).toBe(
      `ERR_WAYBILL_${code}`,
    );
  });
});
