import { isMet } from '../../targets.ts';
import { limitOf } from '../judge.ts';
import type { Finding, ScenarioResult } from '../result.ts';
import { badge } from './badge.ts';
import { checksMarkup } from './checks.ts';
import { comparisonTable } from './comparison-table.ts';
import { figureMarkup } from './figure.ts';
import { flameMarkup } from './flame.ts';
import { html, type Markup } from './markup.ts';
import { showMeasure } from './show-number.ts';

/** Gives the id of a scenario's section: any name gives one that a link can hold. */
export function anchor(scenario: string): string {
  return `scenario-${encodeURIComponent(scenario.toWellFormed()).replaceAll('%', '_')}`;
}

/** Shows all of a scenario. `asks` is its question, where it is known. */
export function scenarioSection(result: ScenarioResult, asks: string | undefined): Markup {
  const {
    scenario,
    seconds,
    comparisons,
    findings,
    figures,
    checks,
    omitted,
    flames = [],
  } = result;
  const ours = new Set(comparisons.map((comparison) => comparison.ours.name));
  return html`<section id="${anchor(scenario)}" class="scenario">
    <h2>${scenario}</h2>
    ${asks && html`<p class="asks">${asks}</p>`}
    ${checks.wrongCount > 0 && html`<p class="notice bad"><strong>Wrong answers: these numbers count for nothing.</strong></p>`}
    ${comparisonTable(comparisons)} ${findingsTable(findings)}
    ${
      figures.length > 0 &&
      html`<div class="figures">${figures.map((figure) => figureMarkup(figure, ours))}</div>`
    }
    ${checksMarkup(checks, seconds)}
    ${
      omitted.length > 0 &&
      html`<h3>Left out</h3>
        <ul>
          ${omitted.map((line) => html`<li>${line}</li>`)}
        </ul>`
    }
    ${flames.length > 0 && html`<h3>Where time went</h3>`} ${flames.map(flameMarkup)}
  </section>`;
}

function findingsTable(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  return html`<table class="stack found">
    <thead>
      <tr>
        <th>Found</th>
        <th>Value</th>
        <th>Target</th>
      </tr>
    </thead>
    <tbody>
      ${findings.map(
        ({ what, unit, value, target }) =>
          html`<tr>
            <td data-label="Found">${what}</td>
            <td data-label="Value" class="number">${showMeasure(value, ` ${unit}`)}</td>
            <td data-label="Target">
              ${target ? html`${badge(isMet(target, value))} <small>${limitOf(target)}</small>` : html`<small>no target</small>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
