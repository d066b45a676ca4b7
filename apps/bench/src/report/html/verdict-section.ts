import { targets } from '../../targets.ts';
import { checkedOf } from '../checked.ts';
import { judge, type Verdict } from '../judge.ts';
import type { BenchResult } from '../result.ts';
import { badge } from './badge.ts';
import { checksMarkup } from './checks.ts';
import { type Content, html, type Markup } from './markup.ts';
import { anchor } from './scenario-section.ts';
import { showMeasure } from './show-number.ts';

/** Says what came of the run: what was wrong or broken first, then every promise. */
export function verdictSection(result: BenchResult): Markup {
  const verdicts = judge(result);
  const count = (isMet: boolean | undefined): number =>
    verdicts.filter((verdict) => verdict.isMet === isMet).length;
  return html`<section id="verdict">
    <h2>Verdict</h2>
    ${correctness(result)} ${broken(result)}
    <p class="tally">
      <span><b>${count(true)}</b> targets met</span>
      <span><b>${count(false)}</b> fall short</span>
      <span><b>${count(undefined)}</b> not measured</span>
    </p>
    <table class="stack verdicts">
      <thead>
        <tr>
          <th>Verdict</th>
          <th>Target</th>
          <th>Limit</th>
          <th>Measured</th>
          <th>Scenario</th>
        </tr>
      </thead>
      <tbody>
        ${verdicts.map((verdict) => row(verdict, result))}
      </tbody>
    </table>
  </section>`;
}

function correctness(result: BenchResult): Markup {
  const checked = checkedOf(result);
  const sum = (count: 'callCount' | 'wrongCount' | 'failedCount'): number =>
    checked.reduce((all, { checks }) => all + checks[count], 0);
  const [calls, wrong, failed] = [sum('callCount'), sum('wrongCount'), sum('failedCount')];
  if (calls === 0) return html`<p class="notice">No call was made, so none was checked.</p>`;
  const failures =
    failed > 0 &&
    html` ${failed.toLocaleString('en')} calls failed in another way than they had to.`;
  if (wrong === 0) {
    return html`<p class="notice ${failures ? 'warn' : 'good'}">
      Each of ${calls.toLocaleString('en')} calls was checked: none was answered wrongly or ran in a
      context that was not its own.${failures}
    </p>`;
  }
  const guilty = checked.filter(({ checks }) => checks.wrongCount > 0);
  return html`<div class="notice bad" role="alert">
    <p>
      <strong
        >${wrong.toLocaleString('en')} of ${calls.toLocaleString('en')} calls were wrong.</strong
      >
      They were answered, or their host functions ran, in a context that is not theirs: the numbers
      of these scenarios count for nothing.${failures}
    </p>
    <ul>
      ${guilty.map(
        ({ scenario, checks }) =>
          html`<li>
            ${linked(scenario, result)}: ${checks.wrongCount.toLocaleString('en')} wrong
          </li>`,
      )}
    </ul>
  </div>`;
}

function broken({ broken: all }: BenchResult): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<div class="notice bad">
    <p>
      <strong
        >${all.length} ${all.length === 1 ? 'scenario' : 'scenarios'} did not come to an
        end.</strong
      >
    </p>
    <ul>
      ${all.map(
        ({ scenario, reason, checks }) =>
          html`<li>${scenario}: <code>${reason}</code> ${checks && checksMarkup(checks)}</li>`,
      )}
    </ul>
  </div>`;
}

function row(
  { target, says, limit, value, isMet, scenario }: Verdict,
  result: BenchResult,
): Markup {
  const { unit = '' } = targets[target];
  return html`<tr>
    <td data-label="Verdict">${badge(isMet)}</td>
    <td data-label="Target">${says}</td>
    <td data-label="Limit">${limit}</td>
    <td data-label="Measured" class="number">
      ${value === undefined ? '–' : showMeasure(value, unit, 4)}
    </td>
    <td data-label="Scenario">${linked(scenario, result)}</td>
  </tr>`;
}

/** A scenario's name, as a link where it has a section. */
function linked(scenario: string, { scenarios }: BenchResult): Content {
  const isShown = scenarios.some((one) => one.scenario === scenario);
  return isShown ? html`<a href="#${anchor(scenario)}">${scenario}</a>` : scenario;
}
