import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from './patience.ts';
import { Progress } from './progress.ts';
import { runScenarios } from './run-scenarios.ts';
import { scenarios as all } from './scenarios.fixture.ts';

test('a profile that was not written to its end costs the flames, and is said', async () => {
  const profileFolder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  onTestFinished(() => rm(profileFolder, { recursive: true }));
  await mkdir(join(profileFolder, 'steady'));
  const half = join(profileFolder, 'steady', 'CPU.20260101.000000.1.0.001.cpuprofile');
  await writeFile(half, '{"nodes":[{"id":1,');
  const scenarios = all.filter(({ name }) => name === 'steady');
  using progress = new Progress({ scenarios, isQuick: true, output: { write: () => true } });
  const { scenarios: results, broken } = await runScenarios({
    scenarios,
    scenariosUrl: new URL('./scenarios.fixture.ts', import.meta.url).href,
    seed: 1,
    isQuick: true,
    hasPeers: false,
    patience,
    profileFolder,
    progress,
    signal: new AbortController().signal,
  });
  expect(results).toMatchObject([{ scenario: 'steady', checks: { callCount: 1_000 } }]);
  expect(results[0]).not.toHaveProperty('flames');
  expect(broken).toEqual([
    { scenario: 'steady', reason: expect.stringContaining('its profiles could not be read') },
  ]);
});
