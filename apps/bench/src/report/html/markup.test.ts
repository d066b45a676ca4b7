import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataElement, html } from './markup.ts';

test('any text is text again for who reads the markup, in an element and in an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const written = String(html`<b title="${text}">${text}</b>`);
      const [, title = '', inside = ''] =
        /^<b title="([^"<>']*)">([^"<>']*)<\/b>$/.exec(written) ?? [];
      const read = (escaped: string): string =>
        escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
      expect([read(title), read(inside)]).toEqual([text, text]);
    }),
  );
});

test('markup within markup stays markup, lists are joined, and what is absent leaves nothing', () => {
  const items = [1, '<'].map((item) => html`<i>${item}</i>`);
  expect(String(html`<p>${items}${undefined}${false}</p>`)).toBe('<p><i>1</i><i>&#60;</i></p>');
});

test('data can be read back, and cannot end its element', () => {
  const data = { name: '</script><!--', list: [1] };
  const written = String(dataElement(data));
  const [, json = ''] = /^<script type="application\/json">([^<]*)<\/script>$/.exec(written) ?? [];
  expect(JSON.parse(json)).toEqual(data);
});
