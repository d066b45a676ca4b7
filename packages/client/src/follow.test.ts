import type { ServerResponse } from 'node:http';
import type { HistoryEntry } from '@waybill/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sendProblem, startService, type Received, type TestService } from './service.fixture.ts';

const at = '2026-11-22T10:00:00.000Z';

// A history with all that may trip a reader: text of many bytes, line breaks, a settled job that is put in the queue again.
const facts: readonly (readonly [kind: string, facts: object])[] = [
  ['queued', { startAfter: at }],
  ['started', { attempt: 1, executor: 'a', trace: '00-1-2-01' }],
  ['log', { attempt: 1, seq: 0, level: 'info', text: 'id: 9\n\ndata: zwei \u00fc \u{1f600}' }],
  ['settled', { attempt: 1, state: 'failed', code: 'ERR_WAYBILL_GUEST_THREW' }],
  ['redriven', { attempt: 1 }],
  ['started', { attempt: 2, executor: 'b', trace: '00-1-3-01' }],
  ['host-call', { attempt: 2, name: 'users.get', side: 'worker', ok: true, tookMs: 1.5 }],
  ['retrying', { attempt: 2, code: 'ERR_WAYBILL_GUEST_THREW', startAfter: at }],
  ['settled', { attempt: 3, state: 'succeeded' }],
];
const history = facts.map(([kind, each], index) => ({ seq: index + 1, at, kind, facts: each }));

function framesOf(events: readonly (typeof history)[number][]): string {
  return events
    .map((event) => `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}

/** The bytes of the stream behind an entry. */
function streamAfter(after: number): Buffer {
  return Buffer.from(`retry: 10\n\n: heartbeat\n\n${framesOf(history.slice(after))}`);
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** Serves streams as the service does: there is none behind the last entry. `serve` writes the one behind entry `after`. */
function startStreaming(
  serve: (response: ServerResponse, after: number, received: Received & { count: number }) => void,
): Promise<TestService> {
  return startService((response, received, count) => {
    const after = Number(received.headers['last-event-id'] ?? 0);
    if (after >= history.length) {
      response.writeHead(204).end();
    } else {
      openStream(response);
      serve(response, after, { ...received, count });
    }
  });
}

/** Breaks each connection off after so many bytes; those after them are whole. */
function startCutting(cuts: readonly number[], isAbrupt = true): Promise<TestService> {
  return startStreaming((response, after, { count }) => {
    const bytes = streamAfter(after);
    const cut = cuts[count - 1] ?? bytes.length;
    if (isAbrupt && cut < bytes.length) {
      response.write(bytes.subarray(0, cut), () => response.destroy());
    } else {
      response.end(bytes.subarray(0, cut));
    }
  });
}

async function seqsOf(entries: AsyncIterable<HistoryEntry>): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of entries) seqs.push(seq);
  return seqs;
}

const all = history.map(({ seq }) => seq);

test('a history comes whole, with its facts, and ends when the job is settled', async () => {
  await using service = await startCutting([]);
  const entries: HistoryEntry[] = [];
  for await (const entry of service.client().jobs.events('j')) entries.push(entry);
  expect(entries).toHaveLength(history.length);
  expect(entries[2]).toEqual({
    seq: 3,
    atMs: Date.parse(at),
    kind: 'log',
    facts: { attempt: 1, seq: 0, level: 'info', text: 'id: 9\n\ndata: zwei \u00fc \u{1f600}' },
  });
  expect(entries[7]?.facts).toMatchObject({ startAfterMs: Date.parse(at) });
  expect(service.received).toHaveLength(2);
  expect(service.waitsMs).toEqual([]);
});

test('a connection that is cut at any byte loses no entry and repeats none', async () => {
  const cutBefore = new Set<string>();
  // The first connection of job N breaks off after N bytes.
  await using service = await startStreaming((response, after, { url }) => {
    const bytes = streamAfter(after);
    if (cutBefore.has(url)) {
      response.end(bytes);
    } else {
      cutBefore.add(url);
      response.write(bytes.subarray(0, Number(url.split('/')[3])), () => response.destroy());
    }
  });
  const { jobs } = service.client();
  const length = streamAfter(0).length;
  for (let first = 0; first <= length; first += 20) {
    const cuts = Array.from({ length: 20 }, (_, index) => first + index);
    const read = await Promise.all(cuts.map((cut) => seqsOf(jobs.events(String(cut)))));
    expect(read).toEqual(cuts.map(() => all));
  }
});

test('any number of cuts anywhere loses no entry and repeats none', async () => {
  const cuts = fc.array(fc.nat({ max: streamAfter(0).length }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      cuts,
      fc.boolean(),
      fc.nat({ max: all.length + 1 }),
      async (at_, isAbrupt, after) => {
        await using service = await startCutting(at_, isAbrupt);
        const entries = service.client().jobs.events('j', { after });
        expect(await seqsOf(entries)).toEqual(all.slice(after));
      },
    ),
    { numRuns: 60 },
  );
});

test('a service that repeats or leaves out entries is asked again behind the last good one', async () => {
  await using service = await startStreaming((response, after, { count }) => {
    const rest = history.slice(Math.max(0, after - 2));
    response.end(framesOf(count === 1 ? rest.filter(({ seq }) => seq !== 3) : rest));
  });
  expect(await seqsOf(service.client().jobs.events('j'))).toEqual(all);
});

test('an entry of a kind that a later version knows is passed over', async () => {
  await using service = await startStreaming((response, after) => {
    const later = history.map((event) => (event.seq === 2 ? { ...event, kind: 'frozen' } : event));
    response.end(framesOf(later.slice(after)));
  });
  expect(await seqsOf(service.client().jobs.events('j'))).toEqual(all.filter((seq) => seq !== 2));
});

test('a stream that breaks again and again without an entry is given up, after longer and longer waits', async () => {
  await using service = await startService((response) => void response.destroy());
  const entries = service.client().jobs.events('j', { retries: 3 });
  await expect(seqsOf(entries)).rejects.toMatchObject({ code: 'ERR_WAYBILL_SERVICE_UNREACHABLE' });
  expect(service.waitsMs).toEqual([100, 200, 400]);
});

test('a service that is restarting is waited for as long as it asks', async () => {
  await using service = await startService((response, { headers }, count) => {
    if (count === 1) {
      const problem = { status: 503, code: 'ERR_WAYBILL_CLOSED' };
      sendProblem(response, problem, { 'retry-after': '3' });
    } else if (count === 2) {
      sendProblem(response, { status: 429, code: 'ERR_WAYBILL_RATE_LIMITED' });
    } else if (headers['last-event-id'] === undefined) {
      openStream(response);
      response.end(streamAfter(0));
    } else {
      response.writeHead(204).end();
    }
  });
  expect(await seqsOf(service.client().jobs.events('j'))).toEqual(all);
  expect(service.waitsMs).toEqual([3_000, 200]);
});

test.each([
  ['a job that is not there', 404, 'ERR_WAYBILL_JOB_NOT_FOUND'],
  ['credentials that are not valid', 401, 'ERR_WAYBILL_UNAUTHENTICATED'],
])('%s ends the stream at once', async (_what, status, code) => {
  await using service = await startService((response) => sendProblem(response, { status, code }));
  await expect(seqsOf(service.client().jobs.events('j'))).rejects.toMatchObject({ code });
  expect(service.received).toHaveLength(1);
});

test.each([
  ['no stream of events', 'application/json', '{}'],
  ['data that is no JSON', 'text/event-stream', 'data: {"seq":\n\n'],
  ['an entry of another shape', 'text/event-stream', 'data: {"seq":1}\n\n'],
  ['an entry that is larger than is read', 'text/event-stream', `data: ${'x'.repeat(5_000)}`],
])('%s is ERR_WAYBILL_BAD_ANSWER', async (_what, type, body) => {
  await using service = await startService((response) => {
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  const entries = service.client({ maxAnswerBytes: 4_096 }).jobs.events('j');
  await expect(seqsOf(entries)).rejects.toMatchObject({ code: 'ERR_WAYBILL_BAD_ANSWER' });
});

test('a reader that does not follow asks for what is there, and for more only where that broke off', async () => {
  await using service = await startService((response, { headers }, count) => {
    openStream(response);
    // The job runs still: there is no entry that says that it is settled.
    const there = framesOf(history.slice(Number(headers['last-event-id'] ?? 0), 3));
    if (count === 1) response.write(there.slice(0, 200), () => response.destroy());
    else response.end(there);
  });
  const entries = service.client().jobs.events('j', { follow: false });
  expect(await seqsOf(entries)).toEqual([1, 2, 3]);
  expect(service.received.map(({ url, headers }) => [url, headers['last-event-id']])).toEqual([
    ['/v1/jobs/j/events?follow=false', undefined],
    ['/v1/jobs/j/events?follow=false', '1'],
  ]);
});

test('a reader that does not follow gets nothing where nothing is there', async () => {
  await using service = await startService((response) => void response.writeHead(204).end());
  expect(await seqsOf(service.client().jobs.events('j', { follow: false }))).toEqual([]);
});

test('a reader that stops closes its connection', async () => {
  const closed = Promise.withResolvers<void>();
  await using service = await startService((response) => {
    openStream(response);
    response.write(streamAfter(0).subarray(0, 300));
    response.once('close', () => closed.resolve());
  });
  for await (const _entry of service.client().jobs.events('j')) break;
  await closed.promise;
});

test('a signal ends a stream that waits for its next entry', async () => {
  const controller = new AbortController();
  await using service = await startService((response) => {
    openStream(response);
    response.write(': heartbeat\n\n', () => controller.abort());
  });
  const entries = service.client().jobs.events('j', { signal: controller.signal });
  await expect(seqsOf(entries)).rejects.toMatchObject({ code: 'ERR_WAYBILL_CANCELLED' });
});
