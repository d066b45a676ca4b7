import type { Axis, Figure } from '../result.ts';
import { showNumber } from './show-number.ts';

/** A figure as the script of the page draws it: pure data. */
export interface Chart {
  readonly kind: Figure['kind'];
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
}

/** An axis with places instead of values. */
export interface ChartAxis {
  readonly label: string;
  readonly scale: 'linear' | 'log' | 'named';
  /** What stands at a place, where that is not its number. */
  readonly names: readonly (readonly [place: number, name: string])[];
  /** The places that get a tick, where the chart does not choose them by itself. */
  readonly ticks: readonly number[];
}

/** A series: its name, which of the page's colours and strokes it has, and places. */
export interface ChartLine {
  readonly name: string;
  readonly colour: number;
  readonly stroke: 'solid' | 'dashed' | 'dotted';
  readonly points: Figure['series'][number]['points'];
}

/** How many colours the page has: `--series-0` is ours. */
export const colourCount = 8;

const tailTicks: readonly number[] = [0, 50, 90, 99, 99.9, 99.99, 99.999];

/** Gives what is drawn of a figure. `ours` are the names of what is ours: the first of them has the first colour. */
export function chartOf(figure: Figure, ours: ReadonlySet<string>): Chart {
  const all = (at: 0 | 1): readonly number[] =>
    [...new Set(figure.series.flatMap(({ points }) => points.map((point) => point[at])))].toSorted(
      (a, b) => a - b,
    );
  const x = figure.kind === 'bars' ? namedAxis(figure.x, all(0)) : axisOf(figure.x, all(0));
  const y = axisOf(figure.y, all(1));
  const first = Math.max(
    0,
    figure.series.findIndex(({ name }) => ours.has(name)),
  );
  return {
    kind: figure.kind,
    x: x.axis,
    y: y.axis,
    lines: figure.series.map(({ name, points }, index) => ({
      name,
      ...look(index === first ? 0 : index < first ? index + 1 : index),
      points: points.map(([atX, atY]) => [x.place(atX), y.place(atY)] as const),
    })),
  };
}

/** Gives a value of an axis as people read it. */
export function showValue({ scale }: Axis, value: number): string {
  if (scale !== 'percentile') return showNumber(value);
  return value === 100 ? 'max' : String(value);
}

interface Placed {
  readonly axis: ChartAxis;
  place(value: number): number;
}

function axisOf(axis: Axis, values: readonly number[]): Placed {
  if (axis.scale === 'percentile') return tailAxis(axis, values);
  const plain = { label: axis.label, names: [], ticks: [] };
  // A logarithm knows no zero: better another scale than a point that is not there.
  const isLog = axis.scale === 'log' && values.every((value) => value > 0);
  return { axis: { ...plain, scale: isLog ? 'log' : 'linear' }, place: (value) => value };
}

/** Spreads the tail: as far from 99 to 99.9 as from 90 to 99. The maximum stands behind the last of them. */
function tailAxis(axis: Axis, values: readonly number[]): Placed {
  const tail = (percentile: number): number => -Math.log10(1 - percentile / 100);
  const finite = values.filter((value) => value < 100);
  const [first = 0, last = 0] = [finite[0], finite.at(-1)];
  const place = (value: number): number => (value < 100 ? tail(value) : tail(last) + 0.5);
  const shown = tailTicks.filter((tick) => tick >= first && tick <= last);
  if (values.at(-1) === 100) shown.push(100);
  const named = [...new Set([...values, ...shown])];
  return {
    axis: {
      label: axis.label,
      scale: 'linear',
      names: named.map((value) => [place(value), showValue(axis, value)] as const),
      ticks: shown.map(place),
    },
    place,
  };
}

/** Bars stand side by side, whatever the distance of their values. */
function namedAxis(axis: Axis, values: readonly number[]): Placed {
  const names = values.map((value, place) => [place, showValue(axis, value)] as const);
  const places = new Map(values.map((value, place) => [value, place]));
  return {
    axis: { label: axis.label, scale: 'named', names, ticks: [] },
    place: (value) => places.get(value) ?? -1,
  };
}

/** How the series of a rank is drawn. When the colours have all been used, they come again, dotted. */
function look(rank: number): Pick<ChartLine, 'colour' | 'stroke'> {
  if (rank >= colourCount)
    return { colour: 1 + ((rank - 1) % (colourCount - 1)), stroke: 'dotted' };
  return { colour: rank, stroke: rank % 2 === 0 ? 'solid' : 'dashed' };
}
