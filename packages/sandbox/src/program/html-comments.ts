import type { ModuleDraft } from './module-draft.ts';

/**
 * Puts a space into `<!--` and `-->` where they are operators.
 *
 * Modules have no HTML-like comments, scripts do, and a transformed module is compiled as a script: without the
 * space `a<!--b` would lose its right side, and a guest could comment out the end of its own wrapper.
 */
export function separateHtmlComments({ source, tokens, out }: ModuleDraft): void {
  if (!source.includes('<!--') && !source.includes('-->')) return;
  for (const token of tokens) {
    if (source.startsWith('<!--', token.start) && token.end === token.start + 1) {
      out.appendLeft(token.start + 1, ' ');
    } else if (source.startsWith('-->', token.start) && token.end === token.start + 2) {
      out.appendLeft(token.start + 2, ' ');
    }
  }
}
