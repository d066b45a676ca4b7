import { tokenizer } from 'acorn';
import { expect, test } from 'vitest';
import { bareText } from './bare-text.ts';
import { kitParts } from './kit-source.ts';

/** What the engine reads of a text: its tokens, and whether a line ends before each. */
function tokensOf(text: string): readonly unknown[] {
  let lastLine = 0;
  return [...tokenizer(text, { ecmaVersion: 'latest', locations: true })].map((token) => {
    const { type, start, end, loc } = token;
    const isFirst = loc?.start.line !== lastLine;
    lastLine = loc?.end.line ?? 0;
    return [type.label, text.slice(start, end), isFirst];
  });
}

test('the bare text of each part of the kit says what the part says', () => {
  for (const text of kitParts.map(String)) expect(tokensOf(bareText(text))).toEqual(tokensOf(text));
});

test('comments of whole lines, indents, blank lines and gaps are gone', () => {
  const text = `function f(a         ) {
  /**
   * Says more.
   */
  // Says why.

  return a;  
}`;
  expect(bareText(text)).toBe('function f(a ) {\nreturn a;\n}');
});

test('a comment with code behind it stays, and what is between two comments does too', () => {
  const text = '/* a */ x();\ny(); /* b */\nz()';
  expect(bareText(text)).toBe(text);
});
