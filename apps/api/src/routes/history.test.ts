import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@waybill/testkit';
import { type TestApi, startApi } from './api.fixture.ts';

interface Event {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly seq: number; readonly kind: string; readonly facts: object };
}

let api: TestApi;
const gates = new Map<string, PromiseWithResolvers<void>>();

beforeAll(async () => {
  api = await startApi({ hostFunctions: { pass: async (name: string) => gateOf(name).promise } });
  await api.execute();
}, 60_000);
afterAll(() => api[Symbol.asyncDispose](), 30_000);

function gateOf(name: string): PromiseWithResolvers<void> {
  const gate = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, gate);
  return gate;
}

const source = `export default async (name, { host, log }) => {
  log('before');
  if (name !== undefined) await host.pass(name);
  for (let line = 0; line < 5; line += 1) log('line\\n\\n' + line);
  return 'done';
}`;

async function submit(gate?: string): Promise<string> {
  const body = { source, ...(gate !== undefined && { input: gate }) };
  const { json } = await api.ask('POST /v1/jobs', { body, fits: 'Job' });
  return `/v1/jobs/${String(json['id'])}`;
}

async function settledJob(): Promise<string> {
  const address = await submit();
  const { json } = await api.ask(`GET ${address}?wait=20`, { fits: 'Job' });
  expect(json).toMatchObject({ state: 'succeeded', outcome: { ok: true, value: 'done' } });
  return address;
}

function open(
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const all = { authorization: 'acme', ...headers };
  return fetch(api.url + path, { headers: all, ...(signal !== undefined && { signal }) });
}

async function* read(answer: Response): AsyncGenerator<Event, void, undefined> {
  let text = '';
  for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(
    new TextDecoderStream(),
  )) {
    const frames = `${text}${chunk}`.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, id, event, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
      if (data !== undefined) yield { id: Number(id), event: event ?? '', data: JSON.parse(data) };
    }
  }
}

async function readAll(path: string, headers?: Record<string, string>): Promise<readonly Event[]> {
  const events: Event[] = [];
  for await (const event of read(await open(path, headers))) events.push(event);
  return events;
}

describe('GET /v1/jobs/:id/events', () => {
  test('gives the whole history of a settled job in order, and ends', async () => {
    const address = await settledJob();
    const answer = await open(`${address}/events`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const events: Event[] = [];
    for await (const event of read(answer)) events.push(event);
    expect(events.map(({ id }) => id)).toStrictEqual(events.map((_, index) => index + 1));
    expect(events.map(({ data }) => data.seq)).toStrictEqual(events.map(({ id }) => id));
    const kinds = events.map(({ event }) => event).join(' ');
    expect(kinds).toBe('queued started log log log log log log settled');
    expect(events.at(-1)?.data.facts).toMatchObject({ state: 'succeeded' });
  });

  test('goes on behind any event, by the header or the query, the header first', async () => {
    const address = await settledJob();
    const all = await readAll(`${address}/events`);
    for (let after = 0; after < all.length; after += 1) {
      const rest = all.slice(after);
      expect(await readAll(`${address}/events?after=${after}`)).toStrictEqual(rest);
      const headers = { 'last-event-id': String(after) };
      expect(await readAll(`${address}/events?after=1`, headers)).toStrictEqual(rest);
    }
  });

  test('answers 204 where there will be no more, so that an EventSource stops', async () => {
    const address = await settledJob();
    const { length } = await readAll(`${address}/events`);
    const answer = await open(`${address}/events`, { 'last-event-id': String(length) });
    expect([answer.status, await answer.text()]).toStrictEqual([204, '']);
  });

  test('gives what is there and ends, where nothing later is asked for', async () => {
    const address = await submit('still runs');
    for await (const { event } of read(await open(`${address}/events`))) {
      if (event === 'log') break;
    }
    const there = await readAll(`${address}/events?follow=false`);
    expect(there.map(({ event }) => event)).toStrictEqual(['queued', 'started', 'log']);
    const behind = await open(`${address}/events?follow=false&after=3`);
    expect([behind.status, await behind.text()]).toStrictEqual([204, '']);
    gateOf('still runs').resolve();
    const rest = await readAll(`${address}/events?follow=true&after=3`);
    expect(rest.at(-1)?.event).toBe('settled');
    expect((await api.ask(`GET ${address}/events?follow=no`)).status).toBe(400);
  });

  test('gives what happens while it happens', async () => {
    const address = await submit('live');
    const seen: string[] = [];
    for await (const { event } of read(await open(`${address}/events`))) {
      seen.push(event);
      // Only an event that came before the job could go on opens the gate.
      if (event === 'log') gateOf('live').resolve();
    }
    expect(seen.slice(0, 3)).toStrictEqual(['queued', 'started', 'log']);
    expect(seen).toContain('host-call');
    expect(seen.at(-1)).toBe('settled');
  });

  test('a wait for a job ends when it settles, and when its time is over', async () => {
    const address = await submit('waited for');
    expect(await api.ask(`GET ${address}?wait=1`)).toMatchObject({ status: 200 });
    const waiting = api.ask(`GET ${address}?wait=20`, { fits: 'Job' });
    gateOf('waited for').resolve();
    expect((await waiting).json).toMatchObject({ state: 'succeeded' });
    expect((await api.ask(`GET ${address}?wait=31`)).status).toBe(400);
  });

  test.each(['-1', 'x', '1e3', '12345678901'])('refuses the position %s', async (id) => {
    const address = '/v1/jobs/0192f0c1-7f2a-7c3e-8a5b-6d7e8f901234';
    expect(
      (await api.ask(`GET ${address}/events`, { headers: { 'last-event-id': id } })).status,
    ).toBe(400);
    expect((await api.ask(`GET ${address}/events?after=${id}`)).status).toBe(
      id === '1e3' ? 404 : 400,
    );
  });

  test('a tenant has three streams at once; one that is closed makes room', async () => {
    const address = await submit('streams');
    const clients = [1, 2, 3].map(() => new AbortController());
    const answers = await Promise.all(
      clients.map(({ signal }) => open(`${address}/events`, {}, signal)),
    );
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200]);
    const refused = await api.ask(`GET ${address}/events`);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused).toMatchObject({
      status: 429,
      json: { code: 'ERR_WAYBILL_RATE_LIMITED', details: { maxStreams: 3 } },
    });
    clients[0]?.abort();
    await until(async () => {
      const next = new AbortController();
      const { status } = await open(`${address}/events`, {}, next.signal);
      next.abort();
      return status === 200;
    });
    for (const client of clients) client.abort();
    gateOf('streams').resolve();
  });

  test('a service that stops ends its streams, and their clients come back for the rest', async () => {
    const address = await submit('stop');
    const answer = await open(`${address}/events`);
    const seen: string[] = [];
    let closed: Promise<unknown> | undefined;
    for await (const { event } of read(answer)) {
      seen.push(event);
      if (event === 'log') closed ??= Promise.resolve(api.app.close());
    }
    await closed;
    expect(seen).not.toContain('settled');
    gateOf('stop').resolve();
  });
});
