import type { Ratio } from '../../method/ratio.ts';
import { html, type Markup } from './markup.ts';
import { showNumber } from './show-number.ts';

/** Range of ratios that a table shows. */
export interface RatioScale {
  readonly low: number;
  readonly high: number;
}

const width = 180;
const height = 22;

/** Gives a scale on which all ratios, their limits and 1 are seen. */
export function ratioScale(
  ratios: readonly Ratio[],
  limits: readonly (number | undefined)[],
): RatioScale {
  const seen = [1, ...ratios.flatMap(({ low, high }) => [low, high]), ...limits].filter(isDrawn);
  return { low: Math.min(...seen) / 1.1, high: Math.max(...seen) * 1.1 };
}

/** Draws a ratio: its median as a tick, the middle half as a bar, 1 as a line, the limit dashed. On a logarithmic scale. */
export function ratioSpread(
  { median, low, high }: Ratio,
  scale: RatioScale,
  limit: number | undefined,
): Markup | undefined {
  if (![median, low, high].every(isDrawn)) return undefined;
  const at = (ratio: number): number =>
    Math.round((Math.log(ratio / scale.low) / Math.log(scale.high / scale.low)) * width * 10) / 10;
  const line = (ratio: number, kind: string): Markup =>
    html`<line class="${kind}" x1="${at(ratio)}" x2="${at(ratio)}" y1="0" y2="${height}" />`;
  const says =
    `median ${showNumber(median)}, middle half from ${showNumber(low)} to ${showNumber(high)}` +
    (limit === undefined ? '' : `, limit ${showNumber(limit)}`);
  return html`<svg
    class="spread"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${says}"
  >
    <title>${says}</title>
    ${line(1, 'one')} ${limit !== undefined && isDrawn(limit) ? line(limit, 'limit') : undefined}
    <rect
      x="${at(low)}"
      y="6"
      width="${Math.max(1, at(high) - at(low))}"
      height="${height - 12}"
      rx="2"
    />
    ${line(median, 'median')}
  </svg>`;
}

function isDrawn(ratio: number | undefined): ratio is number {
  return ratio !== undefined && Number.isFinite(ratio) && ratio > 0;
}
