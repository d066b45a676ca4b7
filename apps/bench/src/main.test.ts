import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import type { JsonReport } from './report/json.ts';

const file = new URL('./main.ts', import.meta.url);

test('the command measures a scenario and gives sound numbers', async () => {
  const args = ['--quick', '--scenario', 'warm-call', '--no-peers', '--seed', '1', '--json', '-'];
  const { stdout, stderr } = await runNode({ file }, { args, timeoutMs: 60_000 });
  expect(stderr).toContain('bench: 1 of 1: warm-call');
  const { scenarios, broken, seed, isQuick } = JSON.parse(stdout) as JsonReport;
  expect({ broken, seed, isQuick }).toEqual({ broken: [], seed: 1, isQuick: true });
  const [{ comparisons, checks, seconds } = {}] = scenarios;
  expect(checks).toMatchObject({ wrongCount: 0, failedCount: 0 });
  expect(checks?.callCount).toBeGreaterThan(100);
  expect(seconds).toBeGreaterThan(0.5);
  expect(comparisons?.length).toBeGreaterThanOrEqual(3);
  for (const { ratio, ours, other } of comparisons ?? []) {
    expect(Math.min(ours.median, other.median, ratio.low)).toBeGreaterThan(0);
    expect(ratio.low).toBeLessThanOrEqual(ratio.median);
    expect(ratio.high).toBeGreaterThanOrEqual(ratio.median);
    expect(Number.isFinite(ratio.high)).toBe(true);
  }
}, 60_000);
