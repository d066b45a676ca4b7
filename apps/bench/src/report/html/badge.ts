import { html, type Markup } from './markup.ts';

const badges = {
  met: { sign: '✓', text: 'pass' },
  short: { sign: '✗', text: 'falls short' },
  open: { sign: '–', text: 'not measured' },
} as const;

/** Gives a promise's state as a sign, a word and a colour. `isMet` is absent where nothing was measured. */
export function badge(isMet: boolean | undefined): Markup {
  const state = isMet === undefined ? 'open' : isMet ? 'met' : 'short';
  const { sign, text } = badges[state];
  return html`<span class="badge ${state}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}
