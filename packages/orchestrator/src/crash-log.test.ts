import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashReport } from '@waybill/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { CrashLog } from './crash-log.ts';

const report: CrashReport = {
  at: '2026-01-02T03:04:05.006Z',
  processId: 1,
  reason: 'exited by itself',
  killed: false,
  signal: 'SIGSEGV',
  exitCode: null,
  upMs: 10,
  rssBytes: 20,
  jobs: [{ jobId: 'one', tenant: 'acme', programHash: 'f', runningMs: 5 }],
  stderrTail: 'a line\nand another',
};

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-crash-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function hearWarnings(): string[] {
  const heard: string[] = [];
  const hear = ({ name, message }: Error): void => {
    if (name === 'WaybillWarning') heard.push(message);
  };
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  return heard;
}

test('each report is a line of JSON, in the order in which they came, in a file for its owner only', async () => {
  const path = join(await makeFolder(), 'crashes.ndjson');
  const log = await CrashLog.open(path);
  const processIds = Array.from({ length: 20 }, (_, index) => index);
  for (const processId of processIds) log.append({ ...report, processId });
  await log.flush();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    processIds.map((processId) => ({ ...report, processId })),
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a log is appended to the file that is there', async () => {
  const path = join(await makeFolder(), 'crashes.ndjson');
  for (const _time of [1, 2]) {
    await using log = await CrashLog.open(path);
    log.append(report);
  }
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
});

test('a full disk fails nothing and is said once, however many reports are lost', async () => {
  const warnings = hearWarnings();
  const log = await CrashLog.open('/dev/full');
  for (const _time of [1, 2, 3]) log.append(report);
  await log.flush();
  log.append(report);
  await log.flush();
  await new Promise(setImmediate);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('ENOSPC');
});

test('reports that a slow disk keeps waiting do not pile up', async () => {
  const warnings = hearWarnings();
  const path = join(await makeFolder(), 'crashes.ndjson');
  const log = await CrashLog.open(path);
  for (let count = 0; count < 1_100; count++) log.append(report);
  await log.flush();
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(1_000);
  expect(warnings).toEqual([expect.stringContaining('too many wait')]);
});

test('a path that cannot be appended to is refused before anything is started', async () => {
  const folder = await makeFolder();
  await expect(CrashLog.open(folder)).rejects.toMatchObject({
    code: 'ERR_WAYBILL_INVALID_OPTIONS',
    message: expect.stringMatching(
      /^processes\.crashLog: expected the path of a file that can be appended to, got ".*" \(EISDIR\)$/,
    ),
  });
});
