import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('./main.fixture.ts', import.meta.url));

test('a run whose output nobody reads any longer comes to its end and writes its files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  const json = join(folder, 'a.json');
  const command = spawn(process.execPath, [main, '--scenario', 'steady', '--json', json], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    command.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });
  const ended = once(command, 'exit');
  command.stdout.destroy();
  command.stderr.destroy();
  expect(await ended).toEqual([0, null]);
  expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ broken: [] });
});
