import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createClient } from '@waybill/client';
import { unwrap } from '@waybill/protocol';
import { runNode, type RunNodeResult } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waybill, waybillHere } from '../../apps/cli/src/cli.fixture.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const source = `export default async (input, { log }) => {
  log.info('got', input);
  return { got: input };
};`;

interface Served extends AsyncDisposable {
  readonly url: string;
  /** Ends it in order. @returns exit code */
  stop(): Promise<number | null>;
}

let folder: string;
let file: string;

const folderOfClient = new URL('../../packages/client/', import.meta.url);

/** Runs the example of the client's README against a service, and gives what it and the README say. */
async function runReadme(url: string): Promise<{ result: RunNodeResult; printed: string }> {
  const readme = await readFile(new URL('README.md', folderOfClient), 'utf8');
  const example = /```ts\n(?<code>[\s\S]*?)```\s+```text\n(?<printed>[\s\S]*?)```/.exec(readme);
  const { code = '', printed = '' } = example?.groups ?? {};
  const env = { WAYBILL_URL: url, WAYBILL_TOKEN: undefined };
  return { result: await runNode({ code }, { cwd: folderOfClient, env }), printed };
}

/** Starts `waybill serve` on the data of this test, as a terminal does: in a group of its own. */
function spawnService(logLevel: string): ChildProcessByStdio<null, Readable, Readable> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('WAYBILL_'));
  const args = [main, 'serve', '--port', '0', '--data', join(folder, 'data')];
  return spawn(process.execPath, args, {
    env: { ...Object.fromEntries(own), WAYBILL_LOG_LEVEL: logLevel },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Runs `waybill serve`. */
async function serve(): Promise<Served> {
  const child = spawnService('warn');
  child.stderr.pipe(process.stderr, { end: false });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  for await (const line of createInterface(child.stdout)) {
    const url = /listens at (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    const stop = async (): Promise<number | null> => {
      child.kill('SIGTERM');
      return (await exit)[0];
    };
    return { url, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  }
  throw new Error('waybill serve ended before it listened');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-cli-'));
  file = join(folder, 'greet.js');
  await writeFile(file, source);
});

afterAll(() => rm(folder, { recursive: true }));

test('Ctrl-C while the service starts ends it in order, with all that it started', async () => {
  const child = spawnService('info');
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const said = text(child.stdout);
  const group = child.pid ?? NaN;
  for await (const line of createInterface(child.stderr)) {
    if (line.includes('making the database')) process.kill(-group, 'SIGINT');
  }
  expect(await exit).toEqual([0, null]);
  expect(await said).toBe('');
  expect(() => process.kill(-group, 0)).toThrow(/ESRCH/);
}, 60_000);

test('Ctrl-C while the command opens the database ends it before it does anything there', async () => {
  const data = ['--data', join(folder, 'data')];
  const make = ['keys', 'create', '--name', 'ci', '--for', 'acme', '--scope', 'run', ...data];
  const result = await waybillHere(make, { signal: AbortSignal.abort() });
  expect(result).toEqual({ code: 130, stdout: '', stderr: '' });
  expect(await waybillHere(['keys', 'list', '--json', ...data])).toMatchObject({ stdout: '' });
}, 60_000);

test('a service that the command starts does all that its other commands and the client ask for', async () => {
  await using service = await serve();
  const { url } = service;
  const first = await waybill(['run', file, '--input', '-'], { url, stdin: '{"a":[1]}' });
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('info   got') });
  expect(JSON.parse(first.stdout)).toEqual({ got: { a: [1] } });

  expect(await waybill(['functions', 'deploy', 'greet', file], { url })).toMatchObject({
    stdout: 'deployed greet version 1\n',
  });
  const submit = ['jobs', 'submit', '--function', 'greet', '--input', '"Ann"', '--json'];
  const submitted = await waybill(submit, { url });
  const { id } = JSON.parse(submitted.stdout) as { id: string };
  const [waited, logged, listed] = await Promise.all([
    waybill(['jobs', 'wait', id], { url }),
    waybill(['logs', id, '--follow', '--events'], { url }),
    waybill(['jobs', 'list', '--function', 'greet'], { url }),
  ]);
  expect(waited).toMatchObject({ code: 0, stdout: '{\n  "got": "Ann"\n}\n' });
  expect(logged.stdout).toMatch(/queued[\s\S]*started[\s\S]*info {3}got[\s\S]*state=succeeded/);
  expect(listed.stdout).toContain(id);

  const [readme, failed, refused, locked] = await Promise.all([
    runReadme(url),
    waybill(['jobs', 'submit', '-', '--wait'], { url, stdin: 'export default () => { throw 1; }' }),
    waybill(['functions', 'deploy', 'bad', '-'], { url, stdin: 'export default (' }),
    waybill(['keys', 'list', '--data', join(folder, 'data')]),
  ]);
  expect(readme.result).toMatchObject({ code: 0, stderr: '', stdout: readme.printed });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('GUEST_THREW') });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('GUEST_SYNTAX') });
  expect(locked).toMatchObject({ code: 3, stderr: expect.stringContaining('DATABASE_LOCKED') });
  expect(await service.stop()).toBe(0);
}, 120_000);

test('the first key is made on the database; from then on the service asks for one, and the client has it', async () => {
  const data = ['--data', join(folder, 'data')];
  const scopes = ['--scope', 'run,submit,read', '--scope', 'admin'];
  const made = await waybill([
    'keys',
    'create',
    '--name',
    'ci',
    '--for',
    'acme',
    ...scopes,
    ...data,
  ]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wb_[\w-]+\n$/) });

  await using service = await serve();
  const { url } = service;
  expect(await waybill(['jobs', 'list'], { url })).toMatchObject({ code: 4, stdout: '' });
  const env = { WAYBILL_TOKEN: made.stdout };
  expect(await waybill(['keys', 'list'], { url, env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('acme'),
  });

  const client = createClient({ url, token: made.stdout.trim() });
  expect(await client.isReady()).toBe(true);
  const input = new Map([[1n, new Date(0)]]);
  const outcome = await client.run({ source, input });
  expect(unwrap(outcome)).toEqual({ got: input });

  const { job } = await client.jobs.submit({ source, input, trail: true });
  const seqs: number[] = [];
  for await (const { seq } of client.jobs.events(job.id)) seqs.push(seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  // Behind the last entry there is nothing more, which ends at once.
  for await (const { seq } of client.jobs.events(job.id, { after: seqs.length })) seqs.push(seq);
  expect(seqs.length).toBeGreaterThan(3);
  expect((await client.jobs.wait(job.id)).outcome).toMatchObject({
    ok: true,
    value: { got: input },
  });

  const later = await client.jobs.submit({ source, startAfterMs: Date.now() + 3_600_000 });
  expect(await client.jobs.cancel(later.job.id)).toMatchObject({ state: 'cancelled' });
  // Again, as a repeated request would: it is cancelled all the same.
  expect(await client.jobs.cancel(later.job.id)).toMatchObject({ state: 'cancelled' });
  await expect(client.jobs.get('nope')).rejects.toMatchObject({
    code: 'ERR_WAYBILL_JOB_NOT_FOUND',
  });
  const { token } = await client.keys.create({ name: 'narrow', tenant: 'acme', scopes: ['run'] });
  const narrow = createClient({ url, token });
  await expect(narrow.functions.put('f', { source })).rejects.toMatchObject({
    code: 'ERR_WAYBILL_FORBIDDEN',
  });
}, 120_000);
