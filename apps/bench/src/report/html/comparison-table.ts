import { isMet, type Target, targets } from '../../targets.ts';
import { limitOf } from '../judge.ts';
import type { Comparison } from '../result.ts';
import { badge } from './badge.ts';
import { html, type Markup } from './markup.ts';
import { ratioScale, ratioSpread } from './ratio-spread.ts';
import { roundsTable } from './rounds-table.ts';
import { showMeasure, showNumber } from './show-number.ts';

const loops = { open: 'open loop', closed: 'closed loop', none: 'no load' } as const;

/** Gives comparisons as a table: both medians, the ratio, its spread on a scale that all rows share; folded below it, their rounds. */
export function comparisonTable(comparisons: readonly Comparison[]): Markup | undefined {
  if (comparisons.length === 0) return undefined;
  const limits = comparisons.map(limit);
  const scale = ratioScale(
    comparisons.map(({ ratio }) => ratio),
    limits,
  );
  return html`<table class="stack compared">
      <thead>
        <tr>
          <th>Compared</th>
          <th>Ours</th>
          <th>Other</th>
          <th>Ratio</th>
          <th>Spread</th>
          <th>Target</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          (one, index) =>
            html`<tr>
              <td data-label="Compared">${one.what}<br /><small>${loops[one.loop]}</small></td>
              <td data-label="Ours" class="number">${side(one, one.ours)}</td>
              <td data-label="Other" class="number">${side(one, one.other)}</td>
              <td data-label="Ratio" class="number">
                <b>${showMeasure(one.ratio.median, 'x')}</b><br />
                <small
                  >${showNumber(one.ratio.low)} – ${showNumber(one.ratio.high)},
                  ${one.ratio.roundCount} rounds</small
                >
              </td>
              <td data-label="Spread">${ratioSpread(one.ratio, scale, limits[index])}</td>
              <td data-label="Target">${verdict(one)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${roundsTable(comparisons)}`;
}

function side({ unit }: Comparison, { name, median }: Comparison['ours']): Markup {
  return html`${showMeasure(median, ` ${unit}`)}<br /><small>${name}</small>`;
}

function limit({ target }: Comparison): number | undefined {
  if (!target) return undefined;
  const { atMost, atLeast }: Target = targets[target];
  return atMost ?? atLeast;
}

function verdict({ target, ratio }: Comparison): Markup {
  if (!target) return html`<small>no target</small>`;
  return html`${badge(isMet(target, ratio.median))}<br /><small>${limitOf(target)}</small>`;
}
