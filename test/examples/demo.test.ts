import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunNodeResult, runNode } from '@waybill/testkit';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../apps/demo/src/report.ts';

const root = join(import.meta.dirname, '..', '..');
const demoFile = join(root, 'apps', 'demo', 'src', 'main.ts');
const generatorFile = join(root, 'apps', 'demo', 'src', 'generate-orders.ts');
const interruptUrl = new URL('./interrupt.fixture.ts', import.meta.url).href;

function runDemo(...args: string[]): Promise<RunNodeResult> {
  return runNode({ file: demoFile }, { args, env: { NO_COLOR: '1', FORCE_COLOR: undefined } });
}

test('the demo ends by itself with every sum as recomputed and no context mismatch', async () => {
  const { code, stdout, stderr } = await runDemo();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^ {2}4,098 lines, 1,600 orders, 42 jobs \(0 failed\)/m);
  expect(stdout).toMatch(/^ {2}0 context mismatches in [\d,]+ checks\n$/m);
  expect(stdout.match(/as recomputed$/gm)).toHaveLength(8);
  expect(stdout).toMatch(/isReverseCharge \(waybill:rules\/drafts\/throws\.js:2:\d+\)/);
});

test('the demo shows two trails of each tenant, or all of them, and no path of the machine', async () => {
  const [some, all] = await Promise.all([runDemo(), runDemo('--all', '--threads', '1')]);
  expect(some.stdout.match(/^ +at ms +spent ms/gm)).toHaveLength(6);
  expect(all.stdout.match(/^ +at ms +spent ms/gm)).toHaveLength(42);
  expect(`${some.stdout}${all.stdout}`).not.toContain(root);
  expect(`${some.stdout}${all.stdout}`).not.toContain('\u{1b}');
});

test('--json prints one document with every hop of every job and what became of the drafts', async () => {
  const { code, stdout } = await runDemo('--json', '--threads', '3');
  const { ok, jobs, drafts, totals } = JSON.parse(stdout) as Report;
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(totals).toMatchObject({ threads: 3, jobCount: 42, failedCount: 0, mismatches: [] });
  for (const { trail, bill } of jobs) {
    const kinds = trail.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'host call')).toHaveLength(bill.hostCalls);
    expect(kinds.slice(0, 3)).toEqual(['submit', 'worker', 'isolate']);
    expect(kinds.at(-1)).toBe('back');
  }
  const ends = drafts.map(({ error }) => [error?.code, error?.blame, error?.retryable]);
  expect(ends).toEqual([
    ['ERR_WAYBILL_GUEST_THREW', 'guest', false],
    ['ERR_WAYBILL_GUEST_CPU_LIMIT', 'guest', false],
    ['ERR_WAYBILL_GUEST_NEVER_SETTLES', 'guest', false],
  ]);
});

describe('a wrong option is refused in one line and with exit code 2', () => {
  test.each([
    [['--thread', '2'], "Unknown option '--thread'"],
    [['--threads', '0'], '--threads: expected a whole number from 1 to 64, got "0"'],
    [['--threads', 'two'], '--threads: expected a whole number from 1 to 64, got "two"'],
    [['orders.csv'], "Unexpected argument 'orders.csv'"],
  ])('%j', async (args, words) => {
    const stderr = `demo: ${words} (--help lists the options)\n`;
    expect(await runDemo(...args)).toEqual({ code: 2, signal: null, stdout: '', stderr });
  });
});

test('--help lists every option and exits 0', async () => {
  const { code, stdout } = await runDemo('--help');
  expect(code).toBe(0);
  for (const option of ['--all', '--threads', '--json', '--help']) expect(stdout).toContain(option);
});

test('Ctrl-C while jobs run ends the demo with exit code 130 and without a stack', async () => {
  const result = await runNode({ file: demoFile }, { nodeArgs: ['--import', interruptUrl] });
  const stderr = 'demo: interrupted\n';
  expect(result).toEqual({ code: 130, signal: null, stdout: '', stderr });
});

test('the order file is what its generator makes', async () => {
  const { code, stdout } = await runNode({ file: generatorFile });
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(join(root, 'apps', 'demo', 'data', 'orders.csv'), 'utf8'));
});
