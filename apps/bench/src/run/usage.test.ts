import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { flags } from '../flags.ts';
import { patience } from './patience.ts';
import { runCommand } from './run-command.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs the command in this process, which is quicker; it must not come to a scenario. */
async function bench(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const error = vi.spyOn(console, 'error').mockReturnValue();
  const code = await runCommand(args, {
    program: import.meta.filename,
    scenariosUrl: new URL('./scenarios.fixture.ts', import.meta.url).href,
    patience,
  });
  const printed = (spy: typeof log): string => spy.mock.calls.flat().join('\n');
  return { code, stdout: printed(log), stderr: printed(error) };
}

test.each([
  ['--speed'],
  ['warm-call'],
  ['--scenario'],
  ['--scenario', 'unheard-of'],
  ['--scenario', 'steady,,slow'],
  ['--seed', 'one'],
  ['--seed', '4294967296'],
  ['--node', '22'],
  ['--json='],
  ['--json', '/nowhere/at/all.json'],
  ['--html', tmpdir()],
  ['--html', '-'],
  ['--json', 'report', '--html', './report'],
  ['--cpu-prof-dir', '/dev/null/profiles'],
])('the wrong command line %s %s is told in one line, and nothing is run', async (...args) => {
  const { code, stdout, stderr } = await bench(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^bench: .+$/);
});

test('profiles that there is no room for are told in one line, and nothing is run', async () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all');
  const { code, stdout, stderr } = await bench('--cpu-prof');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^bench: --cpu-prof: ENOENT.+$/);
});

test('an unknown scenario is answered with those that there are', async () => {
  const { stderr } = await bench('--scenario', 'unheard-of');
  expect(stderr).toContain('there is no "unheard-of", only steady, slow, ');
});

test('scenarios are listed with what they ask, and those that run only when named say so', async () => {
  const { code, stdout } = await bench('--list');
  const lines = stdout.trim().split('\n');
  expect(code).toBe(0);
  expect(lines[0]).toBe('steady                  What becomes of a scenario that is steady?');
  expect(lines.at(-1)).toMatch(/^extra .*\(runs only when it is named\)$/);
});

test('the help names every flag and every exit code', async () => {
  const { code, stdout } = await bench('--help');
  expect(code).toBe(0);
  for (const name of Object.keys(flags)) expect(stdout).toContain(`  --${name}`);
  for (const exitCode of [0, 1, 2, 130, 143]) expect(stdout).toContain(String(exitCode));
});
