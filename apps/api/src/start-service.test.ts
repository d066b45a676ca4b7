import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leakCheck, until } from '@waybill/testkit';
import { loadConfig } from './config/load-config.ts';
import { testFolder } from './keys/test-database.fixture.ts';
import { openKeys } from './open-keys.ts';
import { startExecutorOnly } from './start-executor-only.ts';
import { type RunningService, type StartOptions, startService } from './start-service.ts';
import { gate } from './start/host-functions.fixture.ts';

const secret = 'hunter2-hunter2';
const hidden = { DATABASE_URL: 'postgres://a:b@c/d', WAYBILL_CONTEXT_KEYS: 'k'.repeat(32) };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-service-'));
  const database = await testFolder();
  await rename(database.folder, join(folder, 'database'));
  process.env['TEST_API_TOKEN'] = secret;
}, 60_000);

afterAll(async () => {
  delete process.env['TEST_API_TOKEN'];
  delete process.env['WAYBILL_SECRETS'];
  await rm(folder, { recursive: true });
});

type Line = Readonly<Record<string, unknown>>;

interface Started extends AsyncDisposable {
  readonly service: RunningService;
  readonly lines: Line[];
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Line>;
  get(path: string): Promise<Line>;
  metrics(): Promise<string>;
}

async function configWith(overrides: Line = {}) {
  return loadConfig({
    environment: {},
    folder: import.meta.dirname,
    overrides: {
      dataFolder: folder,
      'listen.port': 0,
      'orchestrator.threads': 1,
      'orchestrator.containment': 'thread',
      hostFunctions: 'start/host-functions.fixture.ts',
      workerHostFunctions: 'start/worker-functions.fixture.ts',
      metrics: 'public',
      secrets: { TEST_TOKEN: { env: 'TEST_API_TOKEN' } },
      ...overrides,
    },
  });
}

async function start(overrides: Line = {}, options: StartOptions = {}): Promise<Started> {
  const lines: Line[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const service = await startService(await configWith(overrides), { ...options, stream });
  const url = service.url.replace('0.0.0.0', '127.0.0.1');
  const ask = async (path: string, init: RequestInit = {}): Promise<Line> =>
    (await (await fetch(url + path, init)).json()) as Line;
  return {
    service,
    lines,
    get: (path) => ask(path),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    [Symbol.asyncDispose]: () => service.close(),
  };
}

const calling = (name: string, args = ''): string =>
  `export default async (input, { host }) => host.${name}(${args})`;

describe('a service that runs no durable jobs', () => {
  let started: Started;
  beforeAll(async () => {
    started = await start({ 'executor.enabled': false, 'shutdown.graceMs': 600_000 });
  }, 60_000);

  test('runs jobs now, with host functions on both sides in the context of the request', async () => {
    for (const name of ['whoami', 'whoamiInWorker']) {
      const job = { source: calling(name) };
      const outcome = await started.post('/v1/run', job, { 'x-request-id': name });
      expect(outcome).toMatchObject({ ok: true, value: { request: name, tenant: 'default' } });
    }
  });

  test('checks what guests pass, and gives them no secret, from either side', async () => {
    const run = (name: string, args?: string) =>
      started.post('/v1/run', { source: calling(name, args) });
    expect(await run('square', '7')).toMatchObject({ ok: true, value: 49 });
    expect(await run('square', '"7"')).toMatchObject({
      ok: false,
      error: { code: 'ERR_WAYBILL_HOST_ARGUMENT_INVALID' },
    });
    const told = [await run('tell'), await run('fail'), await run('failInWorker')];
    expect(told).toMatchObject([
      { ok: false, error: { code: 'ERR_WAYBILL_HOST_RESULT_INVALID' } },
      { ok: false, error: { code: 'ERR_WAYBILL_HOST_FUNCTION_THREW' } },
      { ok: false, error: { code: 'ERR_WAYBILL_HOST_FUNCTION_THREW' } },
    ]);
    expect(JSON.stringify([told, started.lines])).not.toContain(secret);
  });

  test('has its folder for itself', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'ERR_WAYBILL_DATABASE_LOCKED' });
  });

  test('keeps durable jobs', async () => {
    const job = { source: calling('whoami') };
    const kept = await started.post('/v1/jobs', job, { 'x-request-id': 'r-durable' });
    expect(kept).toMatchObject({ state: 'queued' });
  });

  test('closes in order: the request that runs is answered, and then nobody listens', async () => {
    const answer = started.post('/v1/run', { source: calling('hold') });
    await until(async () => (await started.metrics()).includes('waybill_jobs_open 1\n'));
    const closing = started.service.close();
    const listens = (): Promise<boolean> =>
      fetch(`${started.service.url}/healthz`).then(
        () => true,
        () => false,
      );
    await until(async () => !(await listens()));
    gate.resolve('late');
    expect(await answer).toMatchObject({ ok: true, value: 'late' });
    await closing;
    await started.service.close();
    expect(started.lines.at(-1)).toMatchObject({ message: 'stopped' });
  });
});

test('the next service runs the jobs that were kept, each with the request that it came with, and leaves nothing behind', async () => {
  await using _leaks = leakCheck(10_000);
  await using started = await start();
  const settled = async (): Promise<boolean> => {
    const { items } = (await started.get('/v1/jobs?state=succeeded')) as { items: Line[] };
    return items.length === 1;
  };
  await until(settled, { limitMs: 10_000 });
  const ended = started.lines.find(({ message }) => message === 'attempt ended');
  const job = String(ended?.['job']);
  expect(ended).toMatchObject({
    request: 'r-durable',
    tenant: 'default',
    attempt: 1,
    trace: expect.any(String),
  });
  expect(await started.get(`/v1/jobs/${job}`)).toMatchObject({
    outcome: { ok: true, value: { request: 'r-durable', tenant: 'default', jobId: `${job}:1` } },
  });
});

test('a port that is taken is named before anything is opened', async () => {
  await using _leaks = leakCheck(10_000);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await expect(startService(await configWith({ 'listen.port': port }))).rejects.toMatchObject({
      code: 'ERR_WAYBILL_NOT_LISTENING',
      message: expect.stringContaining('another process listens there'),
      details: { port, reason: 'EADDRINUSE' },
    });
  } finally {
    await new Promise((resolve) => void server.close(resolve));
  }
});

test('what fails late closes what was opened before', async () => {
  await using _leaks = leakCheck(10_000);
  const config = await configWith({ 'orchestrator.limits': { wallMs: 10 } });
  const broken = { ...config, orchestrator: { threads: 0 } };
  await expect(startService(broken, { stream: { write: () => undefined } })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_OPTIONS',
  });
});

test('a secret that is missing is named at the start', async () => {
  const secrets = { TEST_TOKEN: { env: 'TEST_API_NOBODY' } };
  await expect(start({ secrets })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_CONFIG',
    message: expect.stringContaining('secrets.TEST_TOKEN'),
  });
});

test('an executor alone needs a database that others can open', async () => {
  await expect(startExecutorOnly(await configWith())).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_CONFIG',
    message: expect.stringContaining('database.url'),
  });
});

// The last one: from here on there is a key.
test('with a key the service may listen to others, nobody comes in without it, and pool threads do not inherit what is secret', async () => {
  let token: string;
  {
    await using open = await openKeys(await configWith());
    ({ token } = await open.keys.create({ name: 'first', tenant: 'acme', scopes: ['run'] }));
  }
  Object.assign(process.env, hidden);
  await using started = await start({ 'listen.host': '0.0.0.0' }, { ownsProcess: true });
  expect(await started.service.isOpen()).toBe(false);
  const job = { source: calling('whoami') };
  expect(await started.post('/v1/run', job)).toMatchObject({ status: 401 });
  expect(await started.post('/v1/run', job, { authorization: `Bearer ${token}` })).toMatchObject({
    ok: true,
    value: { tenant: 'acme' },
  });
  const asked = { source: calling('variablesInWorker') };
  const { value } = await started.post('/v1/run', asked, { authorization: `Bearer ${token}` });
  expect(value).toEqual(expect.arrayContaining(['WAYBILL_SECRETS', 'TEST_API_TOKEN']));
  for (const name of Object.keys(hidden)) expect(value).not.toContain(name);
  expect(JSON.stringify(started.lines)).not.toContain(token);
}, 60_000);
