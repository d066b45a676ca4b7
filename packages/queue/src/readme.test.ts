import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { testFolder } from './database/database.fixture.ts';

const folder = new URL('..', import.meta.url);
const text = readFileSync(new URL('README.md', folder), 'utf8');

const examples = [...text.matchAll(/```ts\n([\s\S]*?)```\s+It prints (.*)\.$/gm)].map((match) => ({
  code: match[1] ?? '',
  printed: [...(match[2] ?? '').matchAll(/`([^`]+)`/g)].map((line) => `${line[1]}\n`).join(''),
}));

test('every example of the README says what it prints', () => {
  expect(examples).toHaveLength([...text.matchAll(/```ts/g)].length);
});

test.each(examples)(
  'example %$ of the README prints what the README says',
  async ({ code, printed }) => {
    // In a folder that is made already, and not beside the sources.
    await using made = await testFolder();
    const program = code.replace("'./data'", JSON.stringify(made.folder));
    const result = await runNode({ code: program }, { cwd: folder, timeoutMs: 25_000 });
    expect(result, inspect(result)).toMatchObject({ code: 0, stderr: '', stdout: printed });
  },
  30_000,
);
