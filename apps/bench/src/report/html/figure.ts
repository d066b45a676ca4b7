import type { Figure } from '../result.ts';
import { chartOf, showValue, type ChartLine } from './chart.ts';
import { dataElement, html, type Markup } from './markup.ts';

/** Gives a figure: a chart that the script of the page draws, and its data as a table. */
export function figureMarkup(figure: Figure, ours: ReadonlySet<string>): Markup {
  const chart = chartOf(figure, ours);
  return html`<figure>
    <figcaption>${figure.title}</figcaption>
    <div class="drawn" hidden>
      <div class="legend">${chart.lines.map((line) => key(line, figure.kind))}</div>
      <div class="chart" role="img" aria-label="${describe(figure)}"></div>
      ${dataElement(chart)}
    </div>
    <details>
      <summary>Data of this chart</summary>
      ${dataTable(figure)}
    </details>
  </figure>`;
}

function key({ name, colour, stroke }: ChartLine, kind: Figure['kind']): Markup {
  const look = kind === 'bars' ? 'bar' : stroke;
  return html`<button type="button" aria-pressed="true" data-series="${name}">
    <span class="swatch ${look}" style="--colour: var(--series-${colour})"></span>${name}
  </button>`;
}

/** Says in words what the chart shows, for those who do not see it. */
function describe({ title, kind, x, y, series }: Figure): string {
  const lines = series.map(({ name, points }) => {
    const values = points.map(([, value]) => value).toSorted((a, b) => a - b);
    const [least = NaN, most = least] = [values[0], values.at(-1)];
    return values.length === 0
      ? `${name}: empty`
      : `${name}: from ${showValue(y, least)} to ${showValue(y, most)}`;
  });
  return `${title}. ${kind === 'bars' ? 'Bars' : 'Lines'} of ${y.label} by ${x.label}. ${lines.join('; ')}.`;
}

function dataTable({ title, x, y, series }: Figure): Markup {
  const values = [...new Set(series.flatMap(({ points }) => points.map(([value]) => value)))];
  const columns = series.map(({ points }) => Map.groupBy(points, ([value]) => value));
  const cell = (column: (typeof columns)[number], value: number): string =>
    (column.get(value) ?? []).map(([, shown]) => showValue(y, shown)).join(', ');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Data: ${title}">
    <table>
      <thead>
        <tr>
          <th>${x.label}</th>
          ${series.map(({ name }) => html`<th class="number">${name} (${y.label})</th>`)}
        </tr>
      </thead>
      <tbody>
        ${values
          .toSorted((a, b) => a - b)
          .map(
            (value) =>
              html`<tr>
                <th scope="row" class="number">${showValue(x, value)}</th>
                ${columns.map((column) => html`<td class="number">${cell(column, value)}</td>`)}
              </tr>`,
          )}
      </tbody>
    </table>
  </div>`;
}
