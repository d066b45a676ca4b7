import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const example = new URL('../examples/seed-case.ts', import.meta.url);

test('a guest of isolated-vm loses the context of a plain host function and keeps that of a bound one', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(example)]);
  expect(stdout.trim().split('\n')).toEqual(['plain: nobody, nobody', 'bound: acme, acme']);
});

test('the example in the README is the program that is tested', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const block = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1];
  expect(block).toBe(await readFile(example, 'utf8'));
});
