import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptContextKey, openDataFolder } from './data-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-data-'));
});

afterEach(() => rm(folder, { recursive: true }));

test('the data folder is made for its owner only', async () => {
  const data = join(folder, 'a', 'b');
  await openDataFolder(data);
  await openDataFolder(data);
  expect((await stat(data)).mode & 0o777).toBe(0o700);
});

test('the key that seals contexts is made once, and nobody else may read it', async () => {
  const key = await keptContextKey(folder);
  expect(key.length).toBeGreaterThanOrEqual(32);
  expect(await keptContextKey(folder)).toBe(key);
  expect(await readdir(folder)).toEqual(['context-key']);
  expect((await stat(join(folder, 'context-key'))).mode & 0o777).toBe(0o600);
});

test('a folder that cannot be used is named', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const refusal = { code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE', details: { code: 'ENOTDIR' } };
  await expect(openDataFolder(join(file, 'data'))).rejects.toMatchObject(refusal);
  await expect(keptContextKey(join(file, 'data'))).rejects.toMatchObject(refusal);
});
