import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linesMatching, readFiles } from './repository.ts';

const code = readFiles('{packages,apps,test,scripts}/**/*.{ts,mjs}', '*.ts');
const tests = code.filter(({ path }) => path.endsWith('.test.ts'));
const sources = code.filter(({ path }) => !path.endsWith('.test.ts'));

test.each([
  { kind: 'source', files: sources, limitCount: 250 },
  { kind: 'test', files: tests, limitCount: 300 },
])('no $kind file has more than $limitCount lines', ({ files, limitCount }) => {
  const long = files
    .map(({ path, text }) => ({ path, lineCount: text.split('\n').length - 1 }))
    .filter(({ lineCount }) => lineCount > limitCount);
  expect(long).toEqual([]);
});

test('no file or folder has a name that could hold anything', () => {
  const vague = /^(common|core|helpers?|lib|misc|shared|utils?)$/;
  const wrong = code.filter(({ path }) =>
    path.split('/').some((part) => vague.test(part.replace(/(\.test)?\.\w+$/, ''))),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('every file name is in kebab-case', () => {
  const wrong = code.filter(({ path }) => !/^[a-z0-9-]+(\.[a-z]+)+$/.test(basename(path)));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

describe('no line', () => {
  test.each([
    ['switches a lint rule off without a reason', /(ox|es)lint-disable(?!.* -- \S)/, code],
    ['hides a type error', /@ts-(ignore|nocheck)/, code],
    ['casts to any', /^(?!\s*(?:\/\/|\*)).*\bas any\b/, code],
    ['puts off work', /\b(TODO|FIXME|XXX)\b/, code],
    ['exports a whole module', /^export \* from/, code],
    [
      'skips or singles out a test',
      /\b(test|it|describe)\.(skip|only|todo|skipIf|runIf|fails)\b/,
      tests,
    ],
    [
      'sleeps in a test',
      /new Promise.*=> *(void )?setTimeout\(|await (sleep|delay|setTimeout)\(/,
      tests,
    ],
  ])('%s', (_rule, pattern, files) => {
    // This file names what it forbids.
    const others = files.filter(({ path }) => path !== 'test/repo/sources.test.ts');
    expect(linesMatching(others, pattern)).toEqual([]);
  });
});

test('every export of a package is documented', () => {
  const declaration =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:class|const|function\*?|interface|type) (\w+)/;
  const wrong = sources
    .filter(({ path }) => /^packages\/.*(?<!\.fixture)\.ts$/.test(path))
    .flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, index) => {
        const name = declaration.exec(line)?.[1];
        const before = lines[index - 1] ?? '';
        const isOverload = declaration.exec(before)?.[1] === name;
        return name && !isOverload && !before.endsWith('*/')
          ? [`${path}:${index + 1}: ${name}`]
          : [];
      });
    });
  expect(wrong).toEqual([]);
});
