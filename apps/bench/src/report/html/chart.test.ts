import { expect, test } from 'vitest';
import type { Axis, Figure, Series } from '../result.ts';
import { chartOf, colourCount } from './chart.ts';

const linear: Axis = { label: 'ms', scale: 'linear' };

function figure(all: readonly Series[], change: Partial<Figure> = {}): Figure {
  return { title: 'a figure', kind: 'lines', x: linear, y: linear, series: all, ...change };
}

function series(name: string, ...points: readonly (readonly [number, number])[]): Series {
  return { name, points };
}

test('percentiles get the same distance for each nine, and the maximum stands at the end', () => {
  const points = [50, 90, 99, 99.9, 100].map((percentile) => [percentile, 1] as const);
  const x: Axis = { label: 'percentile', scale: 'percentile' };
  const chart = chartOf(figure([series('ours', ...points)], { x }), new Set());
  const places = chart.lines[0]?.points.map(([place]) => Math.round(place * 10) / 10);
  expect(places).toEqual([0.3, 1, 2, 3, 3.5]);
  expect(chart.x.names.map(([, name]) => name)).toEqual(['50', '90', '99', '99.9', 'max']);
  expect(chart.x.ticks).toHaveLength(5);
});

test('an axis that cannot be logarithmic is linear, so that no point is lost', () => {
  const y: Axis = { label: 'ms', scale: 'log' };
  expect(chartOf(figure([series('ours', [1, 1], [2, 5])], { y }), new Set()).y.scale).toBe('log');
  expect(chartOf(figure([series('ours', [1, 0], [2, 5])], { y }), new Set()).y.scale).toBe(
    'linear',
  );
});

test('bars stand side by side under the names of their values', () => {
  const chart = chartOf(figure([series('ours', [1, 7], [1_000, 8])], { kind: 'bars' }), new Set());
  expect(chart.x).toMatchObject({
    scale: 'named',
    names: [
      [0, '1'],
      [1, '1,000'],
    ],
  });
  expect(chart.lines[0]?.points).toEqual([
    [0, 7],
    [1, 8],
  ]);
});

test('ours has the first colour wherever it stands, and no two series look the same', () => {
  const names = [
    'bare',
    'ours',
    ...Array.from({ length: colourCount }, (_, rank) => `peer ${rank}`),
  ];
  const { lines } = chartOf(figure(names.map((name) => series(name))), new Set(['ours']));
  expect(lines.find(({ name }) => name === 'ours')?.colour).toBe(0);
  expect(lines.filter(({ colour }) => colour === 0)).toHaveLength(1);
  expect(new Set(lines.map(({ colour, stroke }) => `${colour} ${stroke}`)).size).toBe(names.length);
});
