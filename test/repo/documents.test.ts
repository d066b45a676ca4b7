import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runNode } from '@waybill/testkit';
import { expect, test } from 'vitest';
import { linesMatching, readFiles, readManifests, root } from './repository.ts';

const documents = readFiles('**/*.md');
const readme = documents.find(({ path }) => path === 'README.md')?.text ?? '';

test('every relative link of a document leads to a file', () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(root, dirname(path), decodeURI(target))))
      .map((target) => `${path} -> ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every command of a document is a script of the workspace', () => {
  const scripts = readManifests('package.json')[0]?.scripts ?? {};
  const unknown = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:npm|pnpm) (?:run )?(start|test|demo|(?<=run )[\w:-]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => !(name in scripts))
      .map((name) => `${path} names the script ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('the first example of the README runs and prints what the README says', async () => {
  const example =
    /```ts\n(?<code>[\s\S]*?)```(?:[\s\S]*?```(?:text|console)\n(?<output>[\s\S]*?)```)?/.exec(
      readme,
    );
  const { code = '', output } = example?.groups ?? {};
  expect(code).toContain('@waybill/');
  const result = await runNode({ code }, { cwd: join(root, 'apps', 'demo') });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  if (output) expect(result.stdout).toBe(output);
});

test('no file names a path of one machine or the host of a package registry', () => {
  const files = readFiles('**/*', '**/.*', '.ci/*').filter(({ path }) => !path.endsWith('.tgz'));
  const machine =
    /(?<![\w.])\/(?:work|home|root|Users)\/\w|\.\.\/shared\b|\bregistry\.\w[\w-]*\.[a-z]{2,}/;
  expect(linesMatching(files, machine)).toEqual([]);
});
