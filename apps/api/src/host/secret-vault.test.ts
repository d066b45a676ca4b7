import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretVault, secretVaultHere } from './secret-vault.ts';

const environment = { A: 'hunter2-hunter2', LONGER: 'hunter2-hunter2-and-more', SHORT: 'abc' };

test('a secret is read from the environment, or from a file without the newline at its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-secret-'));
  try {
    const file = join(folder, 'token');
    await writeFile(file, 'from-a-file\n');
    const vault = createSecretVault({ ENV: { env: 'A' }, FILE: { file } }, environment);
    expect([vault.get('ENV'), vault.get('FILE')]).toEqual(['hunter2-hunter2', 'from-a-file']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['is not configured', 'OTHER', 'secrets.OTHER: expected to be configured, got nothing'],
  ['is a word of every object', 'constructor', 'secrets.constructor: expected to be configured'],
  ['has no variable', 'EMPTY', 'at least 8 characters in environment variable NOBODY, got nothing'],
  [
    'is too short to be hidden',
    'SHORT',
    'at least 8 characters in environment variable SHORT, got 3',
  ],
  ['has no file', 'FILE', 'a file that can be read at /nowhere/token, got ENOENT'],
])('a secret that %s is refused by its name', (_what, name, words) => {
  const vault = createSecretVault(
    { EMPTY: { env: 'NOBODY' }, SHORT: { env: 'SHORT' }, FILE: { file: '/nowhere/token' } },
    environment,
  );
  const refusal = { code: 'ERR_WAYBILL_INVALID_CONFIG', message: expect.stringContaining(words) };
  expect(() => vault.get(name)).toThrow(expect.objectContaining(refusal));
});

test('text is shown without any secret, the longest first, as it is and in JSON', () => {
  const vault = createSecretVault(
    { A: { env: 'A' }, LONGER: { env: 'LONGER' }, QUOTED: { env: 'QUOTED' } },
    { ...environment, QUOTED: 'with "quotes" and \\' },
  );
  expect(vault.redact('hunter2-hunter2')).toBe('hunter2-hunter2');
  vault.readAll();
  expect(vault.redact('a hunter2-hunter2-and-more, a hunter2-hunter2')).toBe(
    'a [secret LONGER], a [secret A]',
  );
  const line = JSON.stringify({ text: 'with "quotes" and \\' });
  expect(vault.redact(line)).toBe('{"text":"[secret QUOTED]"}');
  expect(vault.findIn('x hunter2-hunter2 y')).toBe('A');
  expect(vault.findIn('hunter2')).toBeUndefined();
});

test('a secret with marks of a pattern is replaced as it stands', () => {
  const vault = createSecretVault({}, {});
  vault.hide('url', '$&.*+?^(secret)');
  expect(vault.redact('x$&.*+?^(secret)y')).toBe('x[secret url]y');
});

test('a secret is found where its bytes were read as a character each', () => {
  const vault = createSecretVault({ A: { env: 'A' } }, { A: 'pässwörter' });
  vault.readAll();
  expect(vault.findIn(Buffer.from('x pässwörter').toString('latin1'))).toBe('A');
});

test('outside of a service there are no secrets', () => {
  expect(() => secretVaultHere({}).get('A')).toThrow('expected to be configured');
  const here = secretVaultHere({ ...environment, WAYBILL_SECRETS: '{"A":{"env":"A"}}' });
  expect(here.get('A')).toBe('hunter2-hunter2');
});
