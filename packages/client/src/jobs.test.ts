import { expect, test } from 'vitest';
import {
  collect,
  jobResource,
  sendJson,
  sendProblem,
  settledFields,
  startService,
} from './service.fixture.ts';

const id = '01900000-0000-7000-8000-000000000001';

test('a submission whose answer was lost is sent again under the same key, and counts as new', async () => {
  await using service = await startService((response, _received, count) => {
    if (count === 1) response.destroy();
    else sendJson(response, 200, jobResource());
  });
  const submitted = await service.client().jobs.submit({ function: 'f', input: { a: [1] } });
  expect(submitted).toMatchObject({ isNew: true, job: { id } });
  const [first, second] = service.received;
  expect(first?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  expect(second).toMatchObject({
    method: 'POST',
    url: '/v1/jobs',
    body: { function: 'f', input: { a: [1] } },
  });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test.each([
  [200, false],
  [202, true],
])('a key of the caller that the service answers with %i gives isNew %j', async (status, isNew) => {
  await using service = await startService((response) => sendJson(response, status, jobResource()));
  const spec = { function: 'f', idempotencyKey: 'k', startAfterMs: 0 };
  expect(await service.client().jobs.submit(spec)).toMatchObject({ isNew });
  expect(service.received[0]).toMatchObject({
    headers: { 'idempotency-key': 'k' },
    body: { function: 'f', startAfter: '1970-01-01T00:00:00.000Z' },
  });
});

test('a moment that there is not is refused before anything is sent', async () => {
  await using service = await startService((response) => sendJson(response, 202, jobResource()));
  const call = service.client().jobs.submit({ function: 'f', startAfterMs: Number.NaN });
  await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_INVALID_JOB' });
  expect(service.received).toEqual([]);
});

test('an input and a value that JSON cannot hold cross as parcels', async () => {
  const value = new Map([[1n, new Date(0)]]);
  await using service = await startService((response, { body }) => {
    const { inputParcel } = body as { inputParcel: string };
    const outcome = { ok: true, valueParcel: inputParcel };
    sendJson(response, 200, jobResource({ ...settledFields, outcome }));
  });
  const { job } = await service.client().jobs.submit({ function: 'f', input: value });
  expect(job.outcome).toEqual({ ok: true, value });
});

test('a value that cannot cross at all is refused before anything is sent', async () => {
  await using service = await startService((response) => sendJson(response, 202, jobResource()));
  const call = service.client().jobs.submit({ function: 'f', input: () => 1 });
  await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_NOT_CARRIABLE' });
  expect(service.received).toEqual([]);
});

test('an error of an outcome keeps its code, its details and the stack of the guest', async () => {
  const error = {
    name: 'GuestError',
    code: 'ERR_WAYBILL_GUEST_THREW',
    message: 'no',
    blame: 'guest',
    retryable: false,
    details: { name: 'TypeError' },
    guestStack: 'at guest:1',
  };
  const fields = { ...settledFields, state: 'failed', outcome: { ok: false, error } };
  await using service = await startService((response) =>
    sendJson(response, 200, jobResource(fields)),
  );
  const { outcome } = await service.client().jobs.get(id);
  expect(outcome).toMatchObject({
    ok: false,
    error: {
      code: 'ERR_WAYBILL_GUEST_THREW',
      details: { name: 'TypeError' },
      stackOf: { guest: 'at guest:1' },
    },
  });
});

test('a job is waited for with one question after the other until it is settled', async () => {
  await using service = await startService((response, _received, count) => {
    if (count === 2) response.destroy();
    else sendJson(response, 200, jobResource(count < 4 ? {} : settledFields));
  });
  const job = await service.client().jobs.wait(id);
  expect(job.outcome).toEqual({ ok: true, value: 7 });
  expect(service.received.map(({ url }) => url)).toEqual(
    Array.from({ length: 4 }, () => `/v1/jobs/${id}?wait=20`),
  );
  // A service that answers at once where it was asked to wait is not asked without a pause.
  expect(service.waitsMs[0]).toBeGreaterThan(300);
});

test('a wait is given up when one question fails more often than it is repeated, whatever came before', async () => {
  await using service = await startService((response, _received, count) => {
    if (count % 3 === 0 && count < 9) sendJson(response, 200, jobResource());
    else response.destroy();
  });
  const call = service.client().jobs.wait(id, { retries: 2 });
  await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_SERVICE_UNREACHABLE' });
  expect(service.received).toHaveLength(9);
});

test('a wait ends with its signal', async () => {
  const controller = new AbortController();
  await using service = await startService((response) => {
    controller.abort();
    sendJson(response, 200, jobResource());
  });
  const call = service.client().jobs.wait(id, { signal: controller.signal });
  await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
});

test('a list goes through all its pages with the same filter, and fetches no page before it is read', async () => {
  await using service = await startService((response, { url }) => {
    const isFirst = !url.includes('cursor');
    const items = [jobResource({ errorCode: 'ERR_WAYBILL_GUEST_THREW' })];
    sendJson(response, 200, isFirst ? { items, next: 'a b' } : { items });
  });
  const filter = { states: ['failed', 'cancelled'], submittedFromMs: 0, limit: 1 } as const;
  const jobs = service.client().jobs.list(filter)[Symbol.asyncIterator]();
  expect(await jobs.next()).toMatchObject({ value: { errorCode: 'ERR_WAYBILL_GUEST_THREW' } });
  expect(service.received).toHaveLength(1);
  await jobs.next();
  const query = 'limit=1&state=failed%2Ccancelled&submittedFrom=1970-01-01T00%3A00%3A00.000Z';
  expect(service.received[0]?.url).toBe(`/v1/jobs?${query}`);
  expect(service.received[1]?.url).toContain('cursor=a%20b');
});

test('a list whose pages go round in circles is ERR_WAYBILL_BAD_ANSWER', async () => {
  await using service = await startService((response) =>
    sendJson(response, 200, { items: [], next: 'same' }),
  );
  const list = collect(service.client().jobs.list());
  await expect(list).rejects.toMatchObject({ code: 'ERR_WAYBILL_BAD_ANSWER' });
});

test('a job that is cancelled already is given as it is; one that succeeded is ERR_WAYBILL_JOB_STATE', async () => {
  for (const state of ['cancelled', 'succeeded']) {
    await using service = await startService((response, { method }) => {
      if (method === 'GET') sendJson(response, 200, jobResource({ state }));
      else sendProblem(response, { status: 409, code: 'ERR_WAYBILL_JOB_STATE' });
    });
    const call = service.client().jobs.cancel(id, { reason: 'too late' });
    if (state === 'cancelled') await expect(call).resolves.toMatchObject({ state });
    else await expect(call).rejects.toMatchObject({ code: 'ERR_WAYBILL_JOB_STATE' });
    expect(service.received[0]).toMatchObject({
      method: 'DELETE',
      url: `/v1/jobs/${id}?reason=too%20late`,
    });
  }
});

test('a job is put in the queue again once, whatever becomes of the answer', async () => {
  await using service = await startService((response) => response.destroy());
  await expect(service.client().jobs.redrive(id)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_SERVICE_UNREACHABLE',
  });
  expect(service.received).toHaveLength(1);
});
