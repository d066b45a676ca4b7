import { expect, test } from 'vitest';
import { table } from './terminal-table.ts';
import { counted, measured, ratioText } from './terminal-text.ts';

test.each([
  [0.012_345, 'ms', '0.0123 ms'],
  [12_345.6, 'calls/s', '12,300 calls/s'],
  [1.0816, 'x', '1.08x'],
  [0, '', '0'],
  [NaN, 'ms', 'no number'],
  [Infinity, 'x', '∞x'],
])('%d %s is written as %s', (value, unit, text) => {
  expect(measured(value, unit)).toBe(text);
});

test('a ratio is written with the middle half of its rounds', () => {
  const ratio = { median: 1.0816, low: 1.021, high: 1.149, roundCount: 6 };
  expect(ratioText(ratio)).toBe('1.08x (1.02-1.15, 6 rounds)');
  expect(ratioText({ ...ratio, roundCount: 1 })).toBe('1.08x (1.02-1.15, 1 round)');
});

test('a count is written in full, with its noun', () => {
  expect([counted(1, 'call'), counted(1_234_567, 'call')]).toEqual(['1 call', '1,234,567 calls']);
});

test('the columns of a table are as wide as their widest cells, whatever their style', () => {
  const rows = [
    ['a', '\u001B[32mgood\u001B[39m', 'c'],
    ['abc', 'b', 'c'],
    ['', 'x'],
  ];
  expect(table(rows, ' ')).toEqual([
    ' a    \u001B[32mgood\u001B[39m  c',
    ' abc  b     c',
    '      x',
  ]);
});
