import type { EChartsOption, LineSeriesOption, BarSeriesOption } from 'echarts';
import type { Chart, ChartAxis, ChartLine } from './chart.ts';
import { showNumber } from './show-number.ts';

// The functions of this file run in the page, as their own source text: they use each other, `showNumber`, and what is declared here.

declare const document: PageElement;
declare const window: Pick<PageElement, 'addEventListener'>;
declare const ResizeObserver: new (react: () => void) => { observe(box: PageElement): void };
declare const echarts: {
  init(box: PageElement, theme: undefined, how: { readonly renderer: 'svg' }): DrawnChart;
};

interface PageElement {
  readonly textContent: string;
  readonly dataset: Readonly<Record<string, string>>;
  querySelector(selector: string): PageElement;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getAttribute(name: string): string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  addEventListener(event: string, listener: () => void): void;
}

interface DrawnChart {
  setOption(option: EChartsOption): void;
  resize(size: { readonly width: number | 'auto' }): void;
  dispatchAction(action: { readonly type: 'legendToggleSelect'; readonly name: string }): void;
}

type Single<Option> = NonNullable<Exclude<Option, readonly unknown[]>>;
type AxisOption = Single<EChartsOption['xAxis']> & Single<EChartsOption['yAxis']>;

/** Draws every chart of the page, and lets its legend show and hide series. */
export function drawCharts(): void {
  // What an A4 page with usual margins leaves.
  const paperWidth = 640;
  for (const figure of document.querySelectorAll('.drawn')) {
    figure.removeAttribute('hidden');
    const box = figure.querySelector('.chart');
    const chart = echarts.init(box, undefined, { renderer: 'svg' });
    chart.setOption(chartOption(JSON.parse(figure.querySelector('script').textContent) as Chart));
    new ResizeObserver(() => chart.resize({ width: 'auto' })).observe(box);
    window.addEventListener('beforeprint', () => chart.resize({ width: paperWidth }));
    window.addEventListener('afterprint', () => chart.resize({ width: 'auto' }));
    for (const key of figure.querySelectorAll('.legend button')) {
      key.addEventListener('click', () => {
        key.setAttribute('aria-pressed', String(key.getAttribute('aria-pressed') !== 'true'));
        chart.dispatchAction({ type: 'legendToggleSelect', name: key.dataset['series'] ?? '' });
      });
    }
  }
}

/** Gives what the library draws. Colours are the page's own properties, so that they follow its scheme by themselves. */
export function chartOption(chart: Chart): EChartsOption {
  // Categories have no ends to choose.
  const ends = chart.kind === 'bars' ? {} : { min: 'dataMin', max: 'dataMax' };
  const text = { color: 'var(--ink)', fontFamily: 'inherit' };
  return {
    animation: false,
    textStyle: text,
    legend: { show: false },
    grid: { left: 8, right: 24, top: 28, bottom: 8, outerBoundsMode: 'same' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: 'var(--paper)',
      borderColor: 'var(--line)',
      textStyle: text,
      valueFormatter: (value) => `${placeName(chart.y, Number(value))} ${chart.y.label}`,
      axisPointer: {
        type: chart.kind === 'bars' ? 'shadow' : 'line',
        lineStyle: { color: 'var(--faint)' },
        shadowStyle: { color: 'var(--shade)' },
        label: {
          formatter: ({ value }) => `${chart.x.label}: ${placeName(chart.x, Number(value))}`,
        },
      },
    },
    xAxis: { ...axisOption(chart.x), ...ends, nameLocation: 'middle', nameGap: 28 },
    yAxis: {
      ...axisOption(chart.y),
      nameLocation: 'end',
      nameTextStyle: { color: 'var(--faint)', align: 'left' },
    },
    series: chart.lines.map((line) => seriesOption(chart, line)),
  };
}

/** Gives an axis: its own ticks and names where it has some. */
export function axisOption(axis: ChartAxis): AxisOption {
  const line = { lineStyle: { color: 'var(--line)' } };
  const customValues = axis.ticks.length > 0 ? { customValues: [...axis.ticks] } : {};
  return {
    ...(axis.scale === 'named'
      ? { type: 'category', data: axis.names.map(([place]) => String(place)) }
      : { type: axis.scale === 'log' ? 'log' : 'value' }),
    name: axis.label,
    axisLine: line,
    axisTick: { ...line, ...customValues },
    splitLine: { ...line, show: axis.scale !== 'named' },
    axisLabel: {
      ...customValues,
      color: 'var(--faint)',
      hideOverlap: true,
      formatter: (value: string | number) => placeName(axis, Number(value)),
    },
    nameTextStyle: { color: 'var(--faint)' },
  };
}

/** Gives a line or the bars of a series. What is emphasised would be given a colour that the library makes from this one: it cannot. */
export function seriesOption(
  { kind }: Chart,
  { name, colour, stroke, points }: ChartLine,
): LineSeriesOption | BarSeriesOption {
  const color = `var(--series-${colour})`;
  const data = points.map(([x, y]) => [x, y]);
  const plain = { name, data, itemStyle: { color }, emphasis: { disabled: true } };
  if (kind === 'bars') return { ...plain, type: 'bar', barMaxWidth: 48 };
  return {
    ...plain,
    type: 'line',
    symbol: ['circle', 'rect', 'triangle', 'diamond'][colour % 4] ?? 'circle',
    symbolSize: 7,
    showSymbol: points.length <= 60,
    lineStyle: { color, width: colour === 0 ? 3 : 2, type: stroke },
  };
}

/** Gives what stands at a place of an axis. */
export function placeName({ names }: ChartAxis, place: number): string {
  // What the library gives back went through its own arithmetic.
  const name = names.find(([at]) => Math.abs(at - place) < 1e-6);
  return name ? name[1] : showNumber(place);
}
