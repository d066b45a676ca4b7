import type { Comparison } from '../result.ts';
import { html, type Markup } from './markup.ts';
import { showMeasure, showNumber } from './show-number.ts';

/** Gives every round of comparisons as a folded table: what their medians and ratios are made of. */
export function roundsTable(comparisons: readonly Comparison[]): Markup {
  return html`<details>
    <summary>Data of each round</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Data of each round">
      <table>
        <thead>
          <tr>
            <th>Compared</th>
            <th class="number">Round</th>
            <th class="number">Ours</th>
            <th class="number">Other</th>
            <th class="number">Ratio</th>
          </tr>
        </thead>
        ${comparisons.map(roundsOf)}
      </table>
    </div>
  </details>`;
}

function roundsOf({ what, unit, ours, other, rounds }: Comparison): Markup {
  const compared = html`<th scope="rowgroup" rowspan="${rounds.length}">
    ${what}, ${unit}<br /><small>${ours.name} / ${other.name}</small>
  </th>`;
  return html`<tbody>
    ${rounds.map(
      (round, index) =>
        html`<tr>
          ${index === 0 && compared}
          <td class="number">${index + 1}</td>
          <td class="number">${showNumber(round.ours)}</td>
          <td class="number">${showNumber(round.other)}</td>
          <td class="number">${showMeasure(round.ours / round.other, 'x')}</td>
        </tr>`,
    )}
  </tbody>`;
}
