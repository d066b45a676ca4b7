import { contextErrorCodes } from '@waybill/context';
import { errorCodes } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { readFiles } from './repository.ts';

// Those beside the table walk it, and make errors of any code; that says nothing about who throws one.
const tests = readFiles('{packages,apps,test}/**/*.test.ts').filter(
  ({ path }) => !/^packages\/protocol\/src\/error[\w-]*\.test\.ts$/.test(path),
);
const pages = readFiles('docs/errors/ERR_*.md');

test('every error code has a page, and every page an error code', () => {
  const documented = pages.map(({ path }) => path.slice('docs/errors/'.length, -'.md'.length));
  expect(documented).toEqual(Object.keys(errorCodes).toSorted());
});

test('every page starts with its code', () => {
  const wrong = pages.filter(({ path, text }) => {
    const code = path.slice('docs/errors/'.length, -'.md'.length);
    return !text.startsWith(`# ${code}\n`);
  });
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('the codes of the context package are in the one table with the same meaning', () => {
  expect(errorCodes).toMatchObject(contextErrorCodes);
});

test('every error code is expected by a test', () => {
  const unexpected = Object.keys(errorCodes).filter(
    (code) => !tests.some(({ text }) => new RegExp(`\\b${code}\\b`).test(text)),
  );
  expect(unexpected).toEqual([]);
});
