import { join } from 'node:path';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { isSupported, nodeVersions } from '../../scripts/toolchain.mjs';
import { root } from './repository.ts';

const range = '^24.12.0 || ^26.0.0';

test.each(['24.12.0', '24.21.0', '26.0.0', '26.10.0'])('Node.js %s is supported', (version) => {
  expect(isSupported(version, range)).toBe(true);
});

test.each(['18.20.0', '20.20.2', '24.11.9', '25.9.0', '27.0.0'])(
  'Node.js %s is not supported',
  (version) => {
    expect(isSupported(version, range)).toBe(false);
  },
);

test('every pinned Node.js is one that the workspace supports', () => {
  expect(nodeVersions.length).toBeGreaterThan(0);
  for (const version of nodeVersions) expect(isSupported(version)).toBe(true);
});

test('a platform without a pinned binary is refused in one line', async () => {
  const code = `
    Object.defineProperty(process, 'arch', { value: 'riscv64' });
    process.argv.push('--version');
    await import('./scripts/bootstrap.mjs');
  `;
  const result = await runNode({ code }, { cwd: root });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/^bootstrap: no \w+ to fetch for \w+-riscv64: not supported\n$/);
});

test('a signal that the bootstrap gets reaches the program it runs', async () => {
  const child = `process.once('SIGTERM', () => process.exit(7)); process.kill(process.ppid, 'SIGTERM'); setInterval(() => {}, 1_000);`;
  const code = `
    import { run } from ${JSON.stringify(join(root, 'scripts', 'toolchain.mjs'))};
    process.exitCode = (await run(process.execPath, ['--eval', ${JSON.stringify(child)}])).code;
  `;
  expect(await runNode({ code })).toMatchObject({ code: 7, signal: null });
});
