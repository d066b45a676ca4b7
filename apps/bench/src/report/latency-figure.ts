import type { Figure, Series } from './result.ts';

/** Makes a chart of latencies by percentile, a line for each lane. */
export function latencyFigure(title: string, series: readonly Series[]): Figure {
  return {
    title,
    kind: 'lines',
    x: { label: 'percentile', scale: 'percentile' },
    y: { label: 'ms', scale: 'log' },
    series,
  };
}
