import type { Checks } from '../result.ts';
import { html, type Markup } from './markup.ts';
import { showNumber } from './show-number.ts';

/** Shows what was checked, with examples of what went wrong. `seconds` is how long it took, where it is known. */
export function checksMarkup(
  { callCount, wrongCount, failedCount, examples }: Checks,
  seconds?: number,
): Markup {
  const time = seconds === undefined ? '' : ` in ${showNumber(seconds)} s`;
  return html`<p class="checks">
      ${callCount.toLocaleString('en')} calls${time}:
      <span class="${wrongCount > 0 ? 'bad' : ''}">${wrongCount.toLocaleString('en')} wrong</span>,
      <span class="${failedCount > 0 ? 'bad' : ''}">${failedCount.toLocaleString('en')} failed</span
      >.
    </p>
    ${
      examples.length > 0 &&
      html`<ul class="examples">
        ${examples.map((example) => html`<li><code>${example}</code></li>`)}
      </ul>`
    }`;
}
