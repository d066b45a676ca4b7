import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from '@waybill/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlameFrame } from '../report/result.ts';
import { readProfiles } from './read-profile.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-bench-test-'));
  const nodeArgs = ['--cpu-prof', '--cpu-prof-dir', folder];
  await runNode({ file: new URL('./burn.fixture.ts', import.meta.url) }, { nodeArgs });
});

afterAll(() => rm(folder, { recursive: true }));

function framesOf(frame: FlameFrame): readonly FlameFrame[] {
  return [frame, ...frame.children.flatMap(framesOf)];
}

test('a thread has a flame, and threads that run the same file have one together', async () => {
  const flames = await readProfiles(folder);
  expect(flames.map(({ title }) => title).toSorted()).toEqual([
    'scenario process: bench/src/run/burn.fixture.ts, 2 threads together',
    'scenario process: main thread',
  ]);
});

test('frames are named by function, file and line, and have the time that was spent in them', async () => {
  const flames = await readProfiles(folder);
  const frames = flames.flatMap(({ root }) => framesOf(root));
  const main = frames.find(({ name }) => name.startsWith('burnInMain'));
  const threads = frames.find(({ name }) => name.startsWith('burnInThread'));
  expect(main?.name).toBe('burnInMain bench/src/run/burn.fixture.ts:6');
  for (const [frame, atLeastMs] of [
    [main, 100],
    [threads, 200],
  ] as const) {
    expect(frame?.totalMs).toBeGreaterThan(atLeastMs);
    expect(frame?.totalMs).toBeLessThan(10 * atLeastMs);
    expect(frame?.children[0]?.name).toMatch(/^burn bench/);
  }
});

test('children have no more time than their parent, no idle time is shown, and small frames are one', async () => {
  for (const { root } of await readProfiles(folder)) {
    const frames = framesOf(root);
    for (const { totalMs, children } of frames) {
      const sumMs = children.reduce((sum, child) => sum + child.totalMs, 0);
      expect(sumMs).toBeLessThanOrEqual(totalMs + 1e-6);
    }
    expect(frames.map(({ name }) => name)).not.toContain('(idle)');
    expect(Math.min(...frames.map(({ totalMs }) => totalMs))).toBeGreaterThan(
      root.totalMs * 0.0049,
    );
  }
});

test('a folder that no profile was written into gives no flames', async () => {
  expect(await readProfiles(join(folder, 'none'))).toEqual([]);
});
