import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { countOf } from './sample.ts';

test('a process that is gone has no threads and no files', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  expect([countOf([pid], 'task'), countOf([pid], 'fd')]).toEqual([0, 0]);
});
