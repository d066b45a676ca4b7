import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runNode, type RunNodeResult } from '@waybill/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, startService, type TestService } from '../support/service.ts';
import { send } from '../support/service-requests.ts';

const entry = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));

/** Jobs that are not settled when their process ends. */
const lasting = 'export default () => new Promise(() => { setTimeout(() => {}, 25_000); })';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-start-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function submit(url: string, body: object): Promise<string> {
  const { status, json, text } = await send(url, '/v1/jobs', { method: 'POST', body });
  if (status !== 202) throw new Error(`${status} ${text}`);
  return (json as { id: string }).id;
}

async function untilState(url: string, id: string, state: string): Promise<void> {
  for (;;) {
    const { json } = await send(url, `/v1/jobs/${id}`);
    if ((json as { state: string }).state === state) return;
  }
}

/** Runs the service with a file that must make it end at once. */
async function runWith(config: unknown, env: Record<string, string> = {}): Promise<RunNodeResult> {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return runNode({ file: entry }, { args: ['--config', file], env, cwd: folder });
}

/** One line for people, and nothing of how the program is made. */
function expectOneLine({ stderr, stdout }: RunNodeResult): string {
  const lines = stderr.trim().split('\n');
  expect(lines, stderr + stdout).toHaveLength(1);
  expect(stderr).not.toMatch(/node_modules|\.ts:\d+|^\s+at /m);
  return lines[0] ?? '';
}

describe('a service that starts', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService({
      folder,
      isFirstStart: true,
      config: { shutdown: { graceMs: 500 } },
    });
  }, 60_000);

  afterAll(() => service[Symbol.asyncDispose]());

  test('prints its address and a request that works when it is pasted into a shell', async () => {
    expect(service.stdout).toContain(service.url);
    const lines = service.stdout.replaceAll(/\\\n\s*/g, ' ').split('\n');
    const command = lines.find((line) => /^\s*curl /.test(line));
    if (command === undefined) throw new Error(`Expected a request, got:\n${service.stdout}`);
    expect(command).toContain(service.url);
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --silent --fail`]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });

  test('finds its data when it starts again', async () => {
    const body = { source: 'export default (input) => input', input: 'before' };
    const id = await submit(service.url, body);
    await untilState(service.url, id, 'succeeded');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    await service.restart();
    const { json } = await send(service.url, `/v1/jobs/${id}`);
    expect(json).toMatchObject({ state: 'succeeded', outcome: { ok: true, value: 'before' } });
  });

  test('refuses a second process on its folder, and goes on', async () => {
    const port = await freePort();
    const second = await runWith({ listen: { port }, dataFolder: join(folder, 'data') });
    const line = expectOneLine(second);
    expect(line).toContain(join(folder, 'data'));
    expect(line).toContain(String(service.pid));
    expect(second.code).toBe(3);
    expect((await send(service.url, '/readyz')).status).toBe(200);
  });

  test('that is asked to end hands back the jobs that run, and they are run at the next start', async () => {
    const id = await submit(service.url, { source: lasting, limits: { wallMs: 30_000 } });
    await untilState(service.url, id, 'running');
    const startMs = performance.now();
    service.signal('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - startMs).toBeLessThan(15_000);
    await service.restart();
    await untilState(service.url, id, 'running');
    const { json } = await send(service.url, `/v1/jobs/${id}`);
    expect(json).toMatchObject({ attemptCount: 2 });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends at once at the second %s', async (signal) => {
    const id = await submit(service.url, { source: lasting, limits: { wallMs: 30_000 } });
    await untilState(service.url, id, 'running');
    const startMs = performance.now();
    // What comes right after the first is the first, delivered again; a later one is the second.
    const repeating = setInterval(() => service.signal(signal), 20);
    const { code } = await service.ended.finally(() => clearInterval(repeating));
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    await service.restart();
  });
});

describe('a service that cannot start says so in one line', () => {
  test('when its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const result = await runWith({ listen: { port }, dataFolder: join(folder, 'taken') });
    server.close();
    expect(expectOneLine(result)).toContain(String(port));
    expect(result.code).toBe(3);
  });

  test('when its folder cannot be written', async () => {
    const readOnly = join(folder, 'file');
    writeFileSync(readOnly, 'a file is no folder');
    chmodSync(readOnly, 0o400);
    const result = await runWith({ listen: { port: 0 }, dataFolder: join(readOnly, 'data') });
    expect(expectOneLine(result)).toContain(readOnly);
    expect(result.code).toBe(3);
  });

  test('when its database does not answer, without the password', async () => {
    const url = 'postgres://waybill:very-secret@127.0.0.1:1/waybill';
    const contextKeys = ['x'.repeat(32)];
    const result = await runWith({ listen: { port: 0 }, database: { url }, contextKeys });
    expect(expectOneLine(result)).not.toContain('very-secret');
    expect(result.code).toBe(3);
  });

  test.each([
    ['a key that does not exist', { lissten: {} }, ['lissten', 'listen']],
    ['a port that is none', { listen: { port: 99_999 } }, ['listen.port', '99999', '65535']],
    ['a port that is no number', { listen: { port: 'http' } }, ['listen.port', 'http']],
    ['a level that does not exist', { log: { level: 'loud' } }, ['log.level', 'loud', 'info']],
    ['no JSON', '{ "listen": ', ['wrong.json']],
    [
      'an address for everyone and no credentials',
      { listen: { host: '0.0.0.0' }, auth: { keys: false } },
      ['listen.host'],
    ],
    [
      'host functions that are not there',
      { hostFunctions: './nowhere.ts' },
      ['hostFunctions', 'nowhere.ts'],
    ],
  ])('when its configuration has %s', async (_what, config, words) => {
    const result = await runWith(config);
    const said = result.stderr;
    for (const word of words) expect(said).toContain(word);
    expect(said).not.toMatch(/node_modules|^\s+at /m);
    expect(result.code).toBe(2);
  });

  test('when there is no file for its configuration', async () => {
    const args = ['--config', join(folder, 'none.json')];
    const result = await runNode({ file: entry }, { args, cwd: folder });
    expect(expectOneLine(result)).toContain('none.json');
    expect(result.code).toBe(2);
  });

  test('when it gets a flag that it does not know', async () => {
    const result = await runNode({ file: entry }, { args: ['--confg', 'x'], cwd: folder });
    expect(expectOneLine(result)).toContain('--confg');
    expect(result.code).toBe(2);
  });
});

test('--check says the configuration without its secrets, and starts nothing', async () => {
  const file = join(folder, 'checked.json');
  const url = 'postgres://waybill:very-secret@127.0.0.1:1/waybill';
  writeFileSync(file, JSON.stringify({ database: { url }, contextKeys: ['x'.repeat(40)] }));
  const args = ['--config', file, '--check'];
  const cwd = mkdtempSync(join(folder, 'checked-'));
  const { code, stdout, stderr } = await runNode({ file: entry }, { args, cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('8478');
  expect(stdout + stderr).not.toMatch(/very-secret|xxxx/);
  expect(readdirSync(cwd)).toEqual([]);
});

test('--help names every flag and every key of the configuration', async () => {
  const { code, stdout } = await runNode({ file: entry }, { args: ['--help'], cwd: folder });
  expect(code).toBe(0);
  for (const word of ['--config', '--check', 'listen.port', 'WAYBILL_', 'DATABASE_URL']) {
    expect(stdout).toContain(word);
  }
});

test('Ctrl-C in a terminal ends the service and everything that it started', async () => {
  const port = await freePort();
  const file = join(folder, 'terminal.json');
  writeFileSync(file, JSON.stringify({ listen: { port }, dataFolder: join(folder, 'data') }));
  const child = spawn(process.execPath, [entry, '--config', file], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const ready = Promise.withResolvers<void>();
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes(String(port))) ready.resolve();
  });
  await ready.promise;
  const group = child.pid ?? NaN;
  // A terminal tells every process of the group, those of the pool too.
  process.kill(-group, 'SIGINT');
  const [code] = await ended;
  expect([0, 130]).toContain(code);
  expect(() => process.kill(-group, 0)).toThrow(/ESRCH/);
}, 60_000);
