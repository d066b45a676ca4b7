import { createClient } from '@waybill/client';
import type { HistoryEvent } from '@waybill/protocol/http';
import { seededRandom } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { readEvents } from '../support/server-sent-events.ts';
import { type TestService, startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';

const seed = Number(process.env['WAYBILL_TEST_SEED'] ?? 20_261_122);

const lineCount = 120;

/** Says something now and then: the guest takes its time, so that readers come and go meanwhile; nothing waits for that time. */
const talks = `export default async (_input, { log }) => {
  for (let line = 0; line < ${lineCount}; line++) {
    log.info('line ' + line);
    if (line % 8 === 0) await new Promise((resolve) => { setTimeout(resolve, 40); });
  }
}`;

let service: TestService;

beforeAll(async () => {
  service = await startService({
    config: {
      rateLimit: { perMinute: { default: 1_000_000 } },
      http: { maxStreamsPerTenant: 1_000 },
      log: { level: 'warn' },
    },
  });
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

async function submit(source: string): Promise<string> {
  const { json } = await send(service.url, '/v1/jobs', { method: 'POST', body: { source } });
  return (json as { id: string }).id;
}

/** A reader that knows nothing but the standard: it says the last id that it saw, and goes on. */
async function readByHand(url: string, id: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const ended = await readOnce(url, id, seen).then(
      (isOver) => isOver,
      (error: unknown) => {
        // Cut before its head was whole, or in the middle: what it is tested with.
        if (error instanceof TypeError) return false;
        throw error;
      },
    );
    if (ended) return seen;
  }
}

async function readOnce(url: string, id: string, seen: string[]): Promise<boolean> {
  const last = seen.at(-1);
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  const answer = await fetch(`${url}/v1/jobs/${id}/events`, { headers });
  for await (const event of readEvents(answer)) {
    seen.push(event.id);
    if (event.event === 'settled') return true;
  }
  return false;
}

/** The reader of the client, which reconnects by itself. */
async function readByClient(url: string, id: string): Promise<string[]> {
  const client = createClient({ url, retries: 100 });
  const seen: string[] = [];
  for await (const { seq } of client.jobs.events(id)) seen.push(String(seq));
  return seen;
}

async function readAll(url: string, id: string): Promise<HistoryEvent[]> {
  const all: HistoryEvent[] = [];
  const answer = await fetch(`${url}/v1/jobs/${id}/events`);
  for await (const { data } of readEvents(answer)) all.push(JSON.parse(data) as HistoryEvent);
  return all;
}

test.each([
  { reader: 'one that follows the standard', read: readByHand, maxBytes: 4_000 },
  { reader: 'the client', read: readByClient, maxBytes: 6_000 },
])(
  '$reader, cut off at random moments, misses no event and sees none twice',
  async (lane) => {
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const id = await submit(talks);
    await using proxy = await startCuttingProxy(service.url, { maxBytes: lane.maxBytes, random });
    const readers = Array.from({ length: 6 }, () => lane.read(proxy.url, id));
    const seen = await Promise.all(readers);
    const all = await readAll(service.url, id);
    const expected = all.map((_, index) => String(index + 1));
    expect(all.map(({ seq }) => String(seq))).toEqual(expected);
    expect(all.filter(({ kind }) => kind === 'log')).toHaveLength(lineCount);
    for (const one of seen) expect(one).toEqual(expected);
    expect(proxy.cutCount).toBeGreaterThan(20);
  },
  60_000,
);

test('a reader that begins in the middle, by header or by query, gets what follows and nothing else', async () => {
  const id = await submit('export default (_input, { log }) => { log.info("a"); log.info("b"); }');
  const all = await readAll(service.url, id);
  for (const { seq } of all) {
    const byHeader = await fetch(`${service.url}/v1/jobs/${id}/events`, {
      headers: { 'last-event-id': String(seq) },
    });
    const byQuery = await fetch(`${service.url}/v1/jobs/${id}/events?after=${seq}`);
    for (const answer of [byHeader, byQuery]) {
      const ids: string[] = [];
      for await (const event of readEvents(answer)) ids.push(event.id);
      expect(ids).toEqual(all.slice(seq).map((later) => String(later.seq)));
    }
  }
});
