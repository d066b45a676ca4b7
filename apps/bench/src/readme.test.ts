import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { flags, typed } from './flags.ts';
import { scenarios } from './scenarios.ts';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, by their first cells. */
function tableUnder(heading: string): Readonly<Record<string, string>> {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [ofHeading = ''] = section.split('\n## ');
  const rows = ofHeading.split('\n').filter((line) => line.startsWith('| `'));
  return Object.fromEntries(
    rows.map((row) => {
      const [name = '', words = ''] = row.split('|').slice(1, -1);
      return [name.replaceAll('`', '').trim(), words.trim()];
    }),
  );
}

test('the README names every flag with what it does, and no other', () => {
  const rows = Object.entries(flags).map(([name, flag]) => [typed(name, flag), flag.says]);
  expect(tableUnder('Flags')).toEqual(Object.fromEntries(rows));
});

test('the README names every scenario with what it asks, and no other', () => {
  const rows = scenarios.map(({ name, asks, isExtra }) => [
    name,
    `${asks}${isExtra === true ? ' (extra)' : ''}`,
  ]);
  expect(tableUnder('Scenarios')).toEqual(Object.fromEntries(rows));
});
