import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { DurableJob } from '@waybill/protocol';
import type { JobQueue } from '@waybill/queue';
import { OpenStreams } from './open-streams.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

const queued = { state: 'queued' } as DurableJob;
const never = new AbortController().signal;
const request = { tenant: 'acme', jobId: 'j', seconds: 30, signal: never };

/** Jobs that do not settle: a wait ends by its signal. */
const queue: Pick<JobQueue, 'untilSettled'> = {
  untilSettled: async (_tenant, _jobId, { signal } = {}) => {
    if (signal !== undefined && !signal.aborted) await once(signal, 'abort');
  },
};

test('a wait counts as a stream of its tenant for as long as it lasts', async () => {
  const streams = new OpenStreams(1);
  const client = new AbortController();
  const first = waitUntilSettled(queue, queued, { ...request, streams, signal: client.signal });
  await expect(waitUntilSettled(queue, queued, { ...request, streams })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_RATE_LIMITED',
  });
  client.abort();
  expect(await first).toBe(true);
  streams.open('acme').end();
});

test('who does not wait counts as none', async () => {
  const streams = new OpenStreams(1);
  streams.open('acme');
  const settled = { ...queued, outcome: { ok: true } } as unknown as DurableJob;
  expect(await waitUntilSettled(queue, settled, { ...request, streams })).toBe(false);
  expect(await waitUntilSettled(queue, queued, { ...request, streams, seconds: 0 })).toBe(false);
});

test('a service that stops ends the waits', async () => {
  const streams = new OpenStreams(1);
  const waiting = waitUntilSettled(queue, queued, { ...request, streams });
  streams.endAll();
  expect(await waiting).toBe(true);
});
