import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contractSentences, engineDifferences } from '@waybill/testkit/contract';
import { describe, expect, test } from 'vitest';
import { readFiles, root } from './repository.ts';

const propertyCount = 46;

const page = readFiles('docs/contract.md')[0]?.text ?? '';

// The formatter pads the cells of a table; their texts are what counts.
function tableUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const properties = tableUnder('Properties').map(([number, property, where = '']) => ({
  number: Number(number),
  property,
  where,
}));

test('the page of the contract has a row for every property, in order', () => {
  const numbers = Array.from({ length: propertyCount }, (_, index) => index + 1);
  expect(properties.map(({ number }) => number)).toEqual(numbers);
});

test('every sentence of the contract is of a property, and is there once', () => {
  const titles = contractSentences.map(({ property, sentence }) => `${property}: ${sentence}`);
  expect(titles).toEqual([...new Set(titles)]);
  const numbers = properties.map(({ number }) => number);
  expect(contractSentences.filter(({ property }) => !numbers.includes(property))).toEqual([]);
});

describe.each(properties)('property $number', ({ number, where }) => {
  const isInSuite = contractSentences.some(({ property }) => property === number);

  test('is said to be in the suite exactly where a sentence has its number', () => {
    expect(where.startsWith('the suite')).toBe(isInSuite);
  });

  test('is in the suite, or in a test that is named, or has a reason why not', () => {
    const tests = [...where.matchAll(/\(\.\.\/([^)]+\.test\.ts)\)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(isInSuite || tests.length > 0 || /^not \w/.test(where)).toBe(true);
  });
});

test('the page says of the differences between the engines what the suite expects', () => {
  const expected = Object.values(engineDifferences).map(({ what, isolate, realm, why }) => [
    what,
    isolate,
    realm,
    why,
  ]);
  expect(tableUnder('Where the engines differ')).toEqual(expected);
});
