import { type LimitEntry, limitTable } from '@waybill/protocol';
import { parseSettings } from '@waybill/protocol/parse';
import { expect, test } from 'vitest';
import { readFiles } from './repository.ts';

const page = readFiles('docs/limits.md')[0]?.text ?? '';

const binaryUnits = [
  { name: 'TiB', bytes: 2 ** 40 },
  { name: 'GiB', bytes: 2 ** 30 },
  { name: 'MiB', bytes: 2 ** 20 },
  { name: 'KiB', bytes: 2 ** 10 },
];

function say(value: number, unit: string): string {
  const fitting = binaryUnits.find(({ bytes }) => value > 0 && value % bytes === 0);
  if (unit !== 'bytes' || fitting === undefined) return value.toLocaleString('en');
  return `${value / fitting.bytes} ${fitting.name}`;
}

function rowOf(name: string, entry: LimitEntry): string[] {
  const { unit, min, max, defends, codes } = entry;
  const links = codes.map((code) => `[${code}](errors/${code}.md)`);
  return [
    `\`${name}\``,
    unit,
    say(entry.default, unit),
    `${say(min, unit)} to ${say(max, unit)}`,
    defends,
    links.join(', ') || 'nothing: the rest is dropped',
  ];
}

// The formatter pads the cells of a table; their texts are what counts.
function rowsOf(markdown: string): string[][] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function maxRssBytesOf(asked?: number): number {
  const settings = parseSettings({ processes: { maxRssBytes: asked } }, { defaultThreads: 1 });
  return settings.processes.maxRssBytes;
}

const maxRss: LimitEntry = {
  unit: 'bytes',
  default: maxRssBytesOf(),
  min: 128 * 2 ** 20,
  max: 2 ** 40,
  defends:
    'Memory that the heap limit does not see in time would take the machine from everybody else.',
  codes: ['ERR_WAYBILL_GUEST_MEMORY_LIMIT', 'ERR_WAYBILL_PROCESS_EXITED'],
};

test('the page of the limits says of each what the table says, and of no other', () => {
  const expected = [
    ...Object.entries(limitTable).map(([name, entry]) => rowOf(name, entry)),
    rowOf('processes.maxRssBytes', maxRss),
  ];
  expect(rowsOf(page)).toEqual(expected);
});

test('the range of maxRssBytes is the one that the page says', () => {
  expect([maxRss.min, maxRss.max].map(maxRssBytesOf)).toEqual([maxRss.min, maxRss.max]);
  for (const outside of [maxRss.min - 1, maxRss.max + 1]) {
    expect(() => maxRssBytesOf(outside)).toThrow('maxRssBytes');
  }
});
