import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runNode } from './run-node.ts';

test('a program given as text runs as a TypeScript module', async () => {
  const result = await runNode({
    code: 'const n: number = await 7; console.log(n, import.meta.filename);',
  });
  expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(result.stdout).toMatch(/^7 /);
});

test('a program given as a file gets its arguments and environment', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'run node '));
  try {
    const file = join(folder, 'program.mjs');
    await writeFile(file, 'console.log(process.argv[2], process.env.GIVEN, process.env.TAKEN)');
    const result = await runNode(
      { file: pathToFileURL(file) },
      { args: ['first'], env: { GIVEN: 'yes', TAKEN: undefined } },
    );
    expect(result.stdout).toBe('first yes undefined\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an exit code and what was printed before it are a result, not an error', async () => {
  const result = await runNode({ code: 'console.error("no"); process.exitCode = 3;' });
  expect(result).toEqual({ code: 3, signal: null, stdout: '', stderr: 'no\n' });
});

test('options for Node.js itself come before the program', async () => {
  const result = await runNode({ code: 'console.log(typeof gc)' }, { nodeArgs: ['--expose-gc'] });
  expect(result.stdout).toBe('function\n');
});

test('a program that does not end is killed and its output is told', async () => {
  const running = runNode({ code: 'console.log("up"); for (;;);' }, { timeoutMs: 1_000 });
  await expect(running).rejects.toThrow(/killed after 1000 ms\.\nup/);
});

test('a Node.js that does not exist is an error', async () => {
  await expect(runNode({ code: '' }, { node: '/nonexistent/node' })).rejects.toThrow('ENOENT');
});
