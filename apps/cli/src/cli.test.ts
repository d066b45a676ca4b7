import { mkdtemp, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answer, outcome, queuedJob, serveWith, waybill, waybillHere } from './cli.fixture.ts';

// Any file will do.
const file = import.meta.filename;
const nowhere = 'http://127.0.0.1:1';
const program = ['run', file, '--input', '{"a":1}'];

test.each([
  [['jobs', 'lst'], 'Did you mean list?'],
  [['run', '--tennant', 'x'], 'Did you mean --tenant?'],
  [['run', 'no-such-file.js'], 'no-such-file.js: there is no such file'],
  [['run', '.'], '.: it is a folder'],
  [['run'], 'give either a file or --function NAME'],
  [['run', file, '--input', '{"a":1,}'], 'position 7'],
  [['run', file, '--input', '{"a":'], 'at position 5'],
  [['run', file, '--input', '@nowhere.json'], 'nowhere.json: there is no such file'],
  [['run', file, '--limit', 'wallms=1'], 'did you mean "wallMs"?'],
  [['run', file, '--limit', 'wallMs=x'], 'Expected a limit such as wallMs=5000.'],
  [['run', file, '--priority', '101'], 'Expected a whole number from -100 to 100.'],
  [['jobs', 'list', '--state', 'done'], '--state: expected queued, running'],
  [['jobs', 'submit', file, '--delay', 'soon'], 'Expected a time such as 90s'],
  [['jobs', 'submit', file, '--at', 'tomorrow'], 'Expected a moment such as'],
  [['jobs', 'get', 'x', '--token', 'secret'], "unknown option '--token'"],
  [['jobs', 'get', 'x', '--url', 'nonsense'], 'url: expected an http or https URL'],
  [['jobs', 'get', 'x', '--token-file', 'no-such-file'], 'no-such-file: there is no such file'],
] as const)('%j is a wrong command line, which one line says', async (args, words) => {
  const { code, stdout, stderr } = await waybillHere(args, { url: nowhere });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test.each([['list'], ['revoke', 'k'], ['rotate', 'k']])(
  'keys %s is refused for a folder without a database, and makes none',
  async (...args) => {
    const parent = await mkdtemp(join(tmpdir(), 'waybill-cli-'));
    const folder = join(parent, 'typo');
    const { code, stdout, stderr } = await waybillHere(['keys', ...args, '--data', folder]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${folder}: no database is found there; "waybill serve"`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await readdir(parent)).toEqual([]);
    await rmdir(parent);
  },
);

test('a service that is not there is named, with what starts one', async () => {
  const { code, stderr } = await waybillHere(['jobs', 'list'], { url: nowhere });
  expect(code).toBe(3);
  expect(stderr).toMatch(/127\.0\.0\.1:1\/ does not answer.*"waybill serve" starts one/);
});

test.each([
  [401, 'ERR_WAYBILL_UNAUTHENTICATED', 4],
  [403, 'ERR_WAYBILL_FORBIDDEN', 4],
  [429, 'ERR_WAYBILL_TENANT_QUEUE_FULL', 3],
  [400, 'ERR_WAYBILL_INVALID_JOB', 2],
  [400, 'ERR_WAYBILL_GUEST_SYNTAX', 1],
])('a refusal with %i %s ends with exit code %i', async (status, code, exitCode) => {
  await using server = await serveWith((response) =>
    answer(response, status, { code, detail: 'no\u001b[2J way' }),
  );
  const result = await waybillHere(program, { url: server.url });
  expect(result).toMatchObject({ code: exitCode, stdout: '' });
  expect(result.stderr).toContain(`no way`);
  expect(result.stderr).toContain(`[${code}]`);
});

test('a value goes to stdout, what the guest logs to stderr, and no command for the terminal to either', async () => {
  const hostile = '\u001b]0;title\u0007a\u001b[31mb\u009b2Jc\rd\u202ee\nf';
  await using server = await serveWith((response) => {
    const logs = [{ seq: 0, atMs: 1, level: 'warn', text: hostile }];
    answer(response, 200, outcome({ ok: true, value: { text: hostile }, logs }));
  });
  const people = await waybillHere(program, { url: server.url });
  expect(people).toMatchObject({ code: 0, stderr: 'warn   abc?de\n       f\n' });
  const machine = await waybillHere([...program, '--json'], { url: server.url });
  expect(JSON.parse(machine.stdout)).toMatchObject({ ok: true, value: { text: hostile } });
  for (const printed of [people.stdout, people.stderr, machine.stdout]) {
    expect(printed).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  }
});

test('the job is what the flags, the file and the input say', async () => {
  const sent: unknown[] = [];
  await using server = await serveWith((response, { headers }, body) => {
    sent.push({
      token: headers.authorization,
      tenant: headers['waybill-tenant'],
      ...JSON.parse(body),
    });
    answer(response, 200, outcome({ ok: true }));
  });
  const flags = ['--expression', '--limit', 'wallMs=5', '--limit', 'cpuMs=3', '--priority', '-7'];
  const args = [
    'run',
    '-',
    '--input',
    '{"a":1}',
    ...flags,
    '--tenant',
    'acme',
    '--trail',
    '--rerunnable',
  ];
  const env = { WAYBILL_TOKEN: ' wb_1_2\n' };
  const result = await waybill(args, { url: server.url, stdin: 'input.a', env });
  expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(sent).toEqual([
    {
      token: 'Bearer wb_1_2',
      tenant: 'acme',
      source: 'input.a',
      sourceType: 'expression',
      input: { a: 1 },
      limits: { wallMs: 5, cpuMs: 3 },
      priority: -7,
      trail: true,
      rerunnable: true,
    },
  ]);
});

test('Ctrl-C ends a job that runs, and the command with 130', async () => {
  const closed = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using server = await serveWith((response) => {
    response.once('close', () => closed.resolve());
    asked.resolve();
  });
  const result = await waybill(program, {
    url: server.url,
    onStart: (child) => void asked.promise.then(() => child.kill('SIGINT')),
  });
  expect(result).toMatchObject({ code: 130, stdout: '' });
  await closed.promise;
});

test.each([
  ['run', file],
  ['jobs', 'submit', file],
  ['jobs', 'wait', 'j'],
  ['jobs', 'get', 'j'],
  ['jobs', 'list'],
  ['jobs', 'cancel', 'j', '--reason', 'enough'],
  ['jobs', 'redrive', 'j'],
  ['logs', 'j'],
  ['logs', 'j', '--follow'],
  ['functions', 'deploy', 'f', file],
  ['functions', 'list'],
  ['functions', 'get', 'f'],
  ['functions', 'remove', 'f'],
  ['schedules', 'put', 's', file, '--cron', '* * * * *'],
  ['schedules', 'list'],
  ['schedules', 'get', 's'],
  ['schedules', 'remove', 's'],
  ['keys', 'create', '--name', 'k', '--for', 'acme', '--scope', 'run'],
  ['keys', 'list'],
  ['keys', 'revoke', 'k'],
  ['keys', 'rotate', 'k'],
])('Ctrl-C ends a command whose service does not answer: %s %s', async (...args) => {
  const interrupt = new AbortController();
  await using server = await serveWith(() => interrupt.abort());
  const result = await waybillHere(args, { url: server.url, signal: interrupt.signal });
  expect(result).toEqual({ code: 130, stdout: '', stderr: '' });
});

test('Ctrl-C ends a command that waits for its standard input', async () => {
  const result = await waybill(['run', '-'], {
    url: nowhere,
    stdin: null,
    // More than a pipe holds: it is written once somebody reads.
    onStart: (child) => child.stdin?.write('x'.repeat(2 ** 20), () => child.kill('SIGINT')),
  });
  expect(result).toEqual({ code: 130, stdout: '', stderr: '' });
});

test('the log of a job that runs is asked for, and printed, as far as it goes', async () => {
  const asked: (string | undefined)[] = [];
  await using server = await serveWith((response, { url = '' }) => {
    asked.push(url);
    if (!url.includes('/events')) return answer(response, 200, queuedJob);
    const at = '2026-11-22T10:00:00.000Z';
    const facts = { attempt: 1, seq: 0, level: 'info', text: 'so far' };
    const event = { seq: 1, at, kind: 'log', facts };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`id: 1\nevent: log\ndata: ${JSON.stringify(event)}\n\n`);
  });
  const result = await waybillHere(['logs', 'j'], { url: server.url });
  expect(result).toEqual({ code: 0, stdout: 'info   so far\n', stderr: '' });
  expect(asked).toEqual(['/v1/jobs/j', '/v1/jobs/j/events?follow=false']);
});

test('every command says what it does, and the exit codes, and why there is no --token', async () => {
  const all = await waybillHere(['--help']);
  expect(all).toMatchObject({ code: 0, stderr: '' });
  expect(all.stdout).toMatch(/serve[\s\S]*worker[\s\S]*run[\s\S]*jobs[\s\S]*Exit code: 0/);
  const one = await waybillHere(['jobs', 'wait', '--help']);
  expect(one.stdout).toContain('Ctrl-C ends the wait, not the');
  expect(one.stdout).toContain('There is no flag that\ntakes the token itself');
});
