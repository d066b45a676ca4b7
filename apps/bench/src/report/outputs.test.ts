import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { writeOutputs } from './outputs.ts';
import type { BenchResult } from './result.ts';

const result: BenchResult = {
  formatVersion: 1,
  machine: {},
  seed: 7,
  isQuick: true,
  startedAt: '2026-01-01T00:00:00.000Z',
  scenarios: [],
  broken: [],
};

afterEach(() => {
  vi.restoreAllMocks();
});

test('a file that cannot be written takes neither the report nor the other file along', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const file = join(folder, 'report');

  const noJson = await writeOutputs({ jsonFile: folder, htmlFile: file }, result);
  expect(noJson).toEqual([expect.stringMatching(/^--json: EISDIR/)]);
  expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>/i);

  const noPage = await writeOutputs({ jsonFile: file, htmlFile: folder }, result);
  expect(noPage).toEqual([expect.stringMatching(/^--html: EISDIR/)]);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ seed: 7 });

  expect(print).toHaveBeenCalledTimes(2);
  for (const [text] of print.mock.calls) expect(text).toContain('context mismatches: 0');
});
