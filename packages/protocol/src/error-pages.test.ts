import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from './error-codes.ts';

const folder = new URL('../../../docs/errors/', import.meta.url);
const index = readFileSync(new URL('README.md', folder), 'utf8');

test('every code has a page and every page a code', () => {
  const pages = readdirSync(folder).filter((name) => name !== 'README.md');
  expect(pages.toSorted()).toEqual(
    Object.keys(errorCodes)
      .map((code) => `${code}.md`)
      .toSorted(),
  );
});

test.each(Object.entries(errorCodes))(
  'the page of %s and the index say what the table says',
  (code, { blame, retryable, httpStatus, meaning }) => {
    const cells = [blame, retryable ? 'yes' : 'no', String(httpStatus)];
    const page = readFileSync(new URL(`${code}.md`, folder), 'utf8');
    expect(page).toContain(`# ${code}\n\n${meaning}\n`);
    expect(rowsOf(page)).toContainEqual(cells);
    expect(rowsOf(index)).toContainEqual([`[${code}](${code}.md)`, ...cells, meaning]);
    expect(page.split('\n').length).toBeLessThanOrEqual(31);
  },
);

// The formatter pads the cells of a table; their texts are what counts.
function rowsOf(markdown: string): string[][] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
