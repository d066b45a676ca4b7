import type { Socket } from 'node:net';
import { until } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSocket, rawRequest } from '../support/raw-http.ts';
import { type TestService, startService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';
import { readFileSync } from 'node:fs';

const streamLimitCount = 50;

let service: TestService;

beforeAll(async () => {
  service = await startService({
    config: {
      rateLimit: { perMinute: { default: 1_000_000 } },
      http: { maxStreamsPerTenant: streamLimitCount, maxConnections: 1_500 },
      log: { level: 'warn' },
    },
  });
}, 60_000);

afterAll(() => service[Symbol.asyncDispose]());

async function submit(tenant: string, body: object): Promise<string> {
  const { json, status, text } = await send(service.url, '/v1/jobs', {
    method: 'POST',
    headers: { 'waybill-tenant': tenant },
    body,
  });
  if (status !== 202) throw new Error(`${status} ${text}`);
  return (json as { id: string }).id;
}

const waiting = { source: 'export default () => 1', startAfter: '2100-01-01T00:00:00Z' };

/** Opens a stream and never reads more than the kernel takes by itself. */
async function follow(tenant: string, id: string, heard: Map<Socket, string>): Promise<Socket> {
  const socket = await openSocket(service.url);
  heard.set(socket, '');
  socket.on('data', (chunk: Buffer) => {
    heard.set(socket, (heard.get(socket) ?? '') + chunk.toString('utf8'));
  });
  socket.on('error', () => heard.delete(socket));
  const headers = [`Waybill-Tenant: ${tenant}`, 'Accept: text/event-stream'];
  socket.write(rawRequest(`GET /v1/jobs/${id}/events`, headers));
  return socket;
}

function residentBytes(): number {
  const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
}

test('a thousand event streams of one tenant are refused beyond its limit, and another tenant is served', async () => {
  const id = await submit('greedy', waiting);
  const heard = new Map<Socket, string>();
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < 1_000; count++) {
    const socket = await follow('greedy', id, heard);
    stack.defer(() => void socket.destroy());
  }
  const answered = (status: string): number =>
    [...heard.values()].filter((text) => text.startsWith(`HTTP/1.1 ${status}`)).length;
  await until(() => answered('200') + answered('429') === 1_000, { limitMs: 20_000 });
  expect(answered('200')).toBe(streamLimitCount);
  const refused = [...heard.values()].find((text) => text.startsWith('HTTP/1.1 429')) ?? '';
  expect(refused).toContain('application/problem+json');
  expect(refused.toLowerCase()).toContain('retry-after:');

  const other = new Map<Socket, string>();
  const socket = await follow('modest', await submit('modest', waiting), other);
  stack.defer(() => void socket.destroy());
  await until(() => other.get(socket)?.includes('event: queued') === true);
  expect((await send(service.url, '/healthz')).status).toBe(200);
}, 60_000);

test('streams whose readers went away free their places', async () => {
  const id = await submit('fickle', waiting);
  for (let round = 0; round < 4; round++) {
    const heard = new Map<Socket, string>();
    const sockets = await Promise.all(
      Array.from({ length: streamLimitCount }, () => follow('fickle', id, heard)),
    );
    await until(
      () =>
        [...heard.values()].filter((text) => text.includes('event: queued')).length ===
        sockets.length,
      { limitMs: 10_000, describe: () => JSON.stringify([...heard.values()].slice(0, 3)) },
    );
    for (const socket of sockets) socket.resetAndDestroy();
    await until(async () => hasPlace('fickle', id), { limitMs: 10_000 });
  }
}, 60_000);

/** Whether one more stream is let in. */
async function hasPlace(tenant: string, id: string): Promise<boolean> {
  const aborter = new AbortController();
  const answer = await fetch(`${service.url}/v1/jobs/${id}/events`, {
    headers: { 'waybill-tenant': tenant },
    signal: aborter.signal,
  });
  aborter.abort();
  return answer.status === 200;
}

test('readers that never read cost the service no more memory than a few buffers', async () => {
  const line = 'x'.repeat(1_000);
  const id = await submit('lazy', {
    source: `export default (_input, { log }) => { for (let i = 0; i < 60; i++) log.info('${line}'); }`,
  });
  const before = residentBytes();
  const heard = new Map<Socket, string>();
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < streamLimitCount; count++) {
    const socket = await follow('lazy', id, heard);
    socket.pause();
    stack.defer(() => void socket.destroy());
  }
  await until(async () => (await send(service.url, '/healthz')).status === 200);
  const answer = await fetch(`${service.url}/v1/jobs/${id}`, {
    headers: { 'waybill-tenant': 'lazy' },
  });
  expect(answer.status).toBe(200);
  expect(residentBytes() - before).toBeLessThan(100 * 2 ** 20);
}, 60_000);
