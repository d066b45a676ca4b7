import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeClient, type Client } from './client.ts';
import type { ClientOptions } from './options.ts';
import type { Pace } from './pace.ts';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** Answers a request; `count` is how many there were, this one included. */
export type Respond = (response: ServerResponse, received: Received, count: number) => void;

/** A server that behaves, or misbehaves, as its test says. */
export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** How long its client was to wait, each time that it was; it does not. */
  readonly waitsMs: number[];
  client(options?: Partial<ClientOptions>): Client;
}

/** Starts a server on a free port of this machine. */
export async function startService(respond: Respond): Promise<TestService> {
  const received: Received[] = [];
  const waitsMs: number[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const { method = '', url = '', headers } = request;
      received.push({
        method,
        url,
        headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      });
      respond(response, received.at(-1) as Received, received.length);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pace: Pace = {
    now: () => performance.now(),
    random: () => 1,
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      waitsMs.push(ms);
    },
  };
  return {
    url,
    received,
    waitsMs,
    client: (options = {}) => makeClient({ url, ...options }, pace),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reads a list to its end. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Sends JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** Sends a problem document. */
export function sendProblem(
  response: ServerResponse,
  problem: { readonly status: number; readonly code: string; readonly [field: string]: unknown },
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ title: 'A title.', requestId: 'r1', details: {}, ...problem }));
}

/** A durable job as the service writes it. */
export function jobResource(fields: object = {}): object {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    tenant: 'acme',
    state: 'queued',
    priority: 0,
    attemptCount: 0,
    submittedAt: '2026-11-22T10:00:00.000Z',
    startAfter: '2026-11-22T10:00:00.000Z',
    isCancelAsked: false,
    ...fields,
  };
}

/** What a settled job has more. */
export const settledFields: object = {
  state: 'succeeded',
  attemptCount: 1,
  settledAt: '2026-11-22T10:00:01.000Z',
  outcome: { ok: true, value: 7 },
};

/** An outcome as the service writes it. */
export function outcomeResource(fields: object = { ok: true, value: 7 }): object {
  return {
    jobId: 'j1',
    tenant: 'acme',
    logs: [{ seq: 0, atMs: 1.5, level: 'warn', text: 'hm' }],
    bill: {
      queueMs: 1,
      wallMs: 2,
      cpuMs: 3,
      heapBytes: 4,
      hostCalls: 5,
      hostWaitMs: 6,
      logBytes: 2,
    },
    ...fields,
  };
}
