import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode, type RunNodeResult } from '@waybill/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonReport } from '../report/json.ts';

const file = new URL('./main.fixture.ts', import.meta.url);

function bench(...args: readonly string[]): Promise<RunNodeResult> {
  return runNode({ file }, { args });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('a sound run ends with 0, its report on stdout and its progress on stderr', async () => {
  const { code, stdout, stderr } = await bench('--scenario', 'steady', '--seed', '7');
  expect(code).toBe(0);
  expect(stdout).toContain('1.08 ms');
  expect(stdout).toContain('1.08x (0.973-1.19, 6 rounds)');
  expect(stdout).toContain('pass, at most 1.25x');
  expect(stdout).toContain('1,000 calls, 0 wrong, 0 failed');
  expect(stdout).toContain('left out: a peer: not installed');
  expect(stdout).toMatch(/^ {2}seed +7$/m);
  expect(stdout).toContain('context mismatches: 0 in 1,000 calls');
  expect(stderr.split('\n')).toEqual(['bench: seed 7', 'bench: 1 of 1: steady, about 1:00', '']);
});

test('a target that falls short fails a run only with --check', async () => {
  const [shown, checked] = [
    await bench('--scenario=slow'),
    await bench('--scenario=slow', '--check'),
  ];
  expect(shown.stdout).toContain('FALLS SHORT, at most 1.25x');
  expect([shown.code, checked.code]).toEqual([0, 1]);
});

test('wrong answers and failed calls fail a run, and are shown', async () => {
  const { code, stdout } = await bench('--scenario', 'wrong,failing');
  expect(code).toBe(1);
  expect(stdout).toContain('10 calls, 1 wrong, 0 failed');
  expect(stdout).toContain('WrongAnswer: expected 1, got 2');
  expect(stdout).toContain('10 calls, 0 wrong, 1 failed');
  expect(stdout).toContain('context mismatches: 1 in 20 calls');
});

test('scenarios that throw, crash, hang or leave something open are said with their reasons, and the others go on', async () => {
  const names = 'throwing,crashing,hanging,leaking,steady';
  const { code, stdout, stderr } = await bench('--scenario', names, '--json', '-');
  const { broken, scenarios, verdicts } = JSON.parse(stdout) as JsonReport;
  expect(code).toBe(1);
  // One that left something open has its numbers too.
  expect(scenarios.map(({ scenario }) => scenario)).toEqual(['steady', 'leaking']);
  expect(Object.fromEntries(broken.map(({ scenario, reason }) => [scenario, reason]))).toEqual({
    throwing: expect.stringMatching(/^Error: it cannot be measured\n +at /) as string,
    crashing: 'it ended before its result (SIGSEGV): last words',
    hanging: 'it gave no result within 2 s',
    leaking: 'it left something open: no end 2 s after its result',
  });
  // What is known of the others is in their results, or nothing.
  expect(broken.filter(({ checks }) => checks !== undefined)).toMatchObject([
    { scenario: 'throwing', checks: { callCount: 10, wrongCount: 1, failedCount: 0 } },
  ]);
  expect(verdicts).toContainEqual(
    expect.objectContaining({ target: 'mismatches', value: 1, scenario: 'throwing' }),
  );
  expect(stderr).toContain('bench: hanging: it gave no result within 2 s');
});

test('what a scenario had checked before it broke is in the report', async () => {
  const { stdout } = await bench('--scenario', 'throwing,steady');
  expect(stdout).toMatch(
    /^ {4}checked: 10 calls, 1 wrong, 0 failed\n {6}WrongAnswer: expected 1, got 2$/m,
  );
  expect(stdout).toMatch(/context mismatches: 1 in 1,010 calls$/m);
});

test('the JSON and the page are written to the files that are named', async () => {
  const folder = await temporaryFolder();
  const [json, html] = [join(folder, 'a.json'), join(folder, 'a.html')];
  const result = await bench('--scenario', 'steady', '--seed=3', '--json', json, '--html', html);
  expect(result).toMatchObject({ code: 0 });
  const report = JSON.parse(await readFile(json, 'utf8')) as JsonReport;
  expect(report).toMatchObject({ formatVersion: 1, seed: 3, isQuick: false, broken: [] });
  expect(report.scenarios[0]).toMatchObject({ scenario: 'steady', findings: [{ value: 3 }] });
  expect(report.scenarios[0]?.comparisons[0]?.rounds).toEqual([{ ours: 1.0816, other: 1 }]);
  expect(report.verdicts).toContainEqual(
    expect.objectContaining({ target: 'warmP50', isMet: true, value: 1.0816 }),
  );
  expect(report.machine).toMatchObject({ node: process.versions.node });
  expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>/i);
});

test('profiles become flames, and stay where they are asked for', async () => {
  const folder = await temporaryFolder();
  const kept = join(folder, 'profiles');
  const { stdout } = await bench('--scenario=burning', '--cpu-prof-dir', kept, '--json=-');
  const [{ flames = [] } = {}] = (JSON.parse(stdout) as JsonReport).scenarios;
  expect(flames.map(({ title }) => title)).toEqual(['scenario process: main thread']);
  expect(JSON.stringify(flames)).toContain('burnForAWhile');
  expect(existsSync(join(kept, 'burning'))).toBe(true);
});
