import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leakCheck } from '@waybill/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { startWorkerd } from './workerd-server.ts';

const code = { how: 'warm', compatibilityDate: '2026-11-17' } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  { program: '/no/such/program', says: 'ENOENT' },
  { program: process.execPath, says: 'workerd ended with 1: ' },
])('a server that cannot start ($says) says why and leaves nothing behind', async (one) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waybill-peers-'));
  vi.stubEnv('TMPDIR', folder.path);
  await using _leaks = leakCheck();
  await expect(startWorkerd(one.program, code)).rejects.toThrow(one.says);
  expect(await readdir(folder.path)).toEqual([]);
});
