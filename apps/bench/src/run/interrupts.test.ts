import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { processFileVariable } from './scenarios.fixture.ts';

const main = fileURLToPath(new URL('./main.fixture.ts', import.meta.url));

interface Started {
  readonly command: ChildProcess;
  /** The process of the scenario, which leads its group. */
  readonly scenarioId: number;
  readonly ended: Promise<readonly [code: number | null, stdout: string, stderr: string]>;
}

/** Starts the command, and waits until its last scenario says that it runs. */
async function start(scenarioNames: string): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  const file = join(folder, 'process');
  const command = spawn(process.execPath, [main, '--scenario', scenarioNames], {
    env: { ...process.env, [processFileVariable]: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    command.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });
  const ended = Promise.all([
    once(command, 'close').then(([code]) => code as number | null),
    text(command.stdout),
    text(command.stderr),
  ]);
  let scenarioId = 0;
  const read = (): boolean => {
    scenarioId = Number(readText(file));
    return scenarioId > 0;
  };
  await until(read, { limitMs: 15_000, describe: () => `${scenarioNames} does not begin` });
  return { command, scenarioId, ended };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isGroupThere(leaderId: number): boolean {
  try {
    return process.kill(-leaderId, 0);
  } catch {
    return false;
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends the scenario in order and gives the report of those before it',
  async (signal, exitCode) => {
    const { command, scenarioId, ended } = await start('steady,patient,extra');
    command.kill(signal);
    const [code, stdout] = await ended;
    expect(code).toBe(exitCode);
    expect(stdout).toContain('1,000 calls, 0 wrong, 0 failed');
    expect(stdout).toMatch(/^ {2}patient: interrupted$/m);
    expect(stdout).toContain('extra: not begun: interrupted');
    expect(isGroupThere(scenarioId)).toBe(false);
  },
);

test('a scenario that does not end when it is told to is killed, and the report is given', async () => {
  const { command, scenarioId, ended } = await start('stubborn');
  command.kill('SIGINT');
  const [code, stdout] = await ended;
  expect(code).toBe(130);
  expect(stdout).toContain('stubborn: interrupted, and killed as it did not end');
  expect(isGroupThere(scenarioId)).toBe(false);
});

test('a second signal ends all at once, without a report', async () => {
  const { command, scenarioId, ended } = await start('stubborn');
  command.kill('SIGINT');
  command.kill('SIGTERM');
  const [code, stdout] = await ended;
  expect([130, 143]).toContain(code);
  expect(stdout).toBe('');
  await until(() => !isGroupThere(scenarioId));
});

test('when the command is killed, the scenario and its pool processes end too', async () => {
  const { command, scenarioId, ended } = await start('pooled');
  expect(isGroupThere(scenarioId)).toBe(true);
  command.kill('SIGKILL');
  await ended;
  await until(() => !isGroupThere(scenarioId), { limitMs: 10_000 });
});
