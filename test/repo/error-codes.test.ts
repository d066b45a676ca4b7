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

test('the list of the codes and the page of each say what the table says', () => {
  const cellsOf = (row: string): string[] => row.split('|').map((cell) => cell.trim());
  const [list] = readFiles('docs/errors/README.md');
  const rows = (list?.text ?? '').split('\n').filter((line) => line.startsWith('| [ERR_'));
  const entries = Object.entries(errorCodes).map(([code, entry]) => {
    const { blame, retryable, httpStatus, meaning } = entry;
    const facts = [blame, retryable ? 'yes' : 'no', String(httpStatus)];
    return { code, facts, meaning };
  });
  const expected = entries.map(({ code, facts, meaning }) => {
    return ['', `[${code}](${code}.md)`, ...facts, meaning, ''].join('|');
  });
  expect(rows.map((row) => cellsOf(row).join('|')).toSorted()).toEqual(expected.toSorted());

  const wrong = entries.filter(({ code, facts, meaning }) => {
    const page = pages.find(({ path }) => path.endsWith(`/${code}.md`))?.text.split('\n') ?? [];
    const hasFacts = page.some((line) => cellsOf(line).join('|') === ['', ...facts, ''].join('|'));
    return !hasFacts || !page.includes(meaning);
  });
  expect(wrong.map(({ code }) => code)).toEqual([]);
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
