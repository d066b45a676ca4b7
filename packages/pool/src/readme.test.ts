import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';

const folder = new URL('..', import.meta.url);

test('the example of the README prints what the README says', async () => {
  const text = readFileSync(new URL('README.md', folder), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const printed = [...(/^It prints (.*)\.$/m.exec(text)?.[1]?.matchAll(/`([^`]+)`/g) ?? [])];
  const result = await runNode({ code }, { cwd: folder, timeoutMs: 15_000 });
  expect(result, inspect(result)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: printed.map((line) => `${line[1]}\n`).join(''),
  });
}, 20_000);
