import { expect, test } from 'vitest';
import { tableLines } from './table.ts';

test('columns are as wide as their widest cell, and no cell breaks its line or is wider than a screen', () => {
  const lines = tableLines(
    ['ID', 'STATE'],
    [
      ['1', 'a\nb\u001b[2J'],
      ['22222', 'x'.repeat(100)],
    ],
  );
  expect(lines).toEqual(['ID     STATE', '1      a b', `22222  ${'x'.repeat(59)}…`]);
});
