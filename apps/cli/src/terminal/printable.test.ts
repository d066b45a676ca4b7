import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine, oneLine, printable } from './printable.ts';

test('whatever text comes, nothing that a terminal acts on is left', () => {
  const nasty = fc.constantFrom(
    '\u001b[2J',
    '\u001b]52;c;x\u0007',
    '\u009b',
    '\r',
    '\b',
    '\u202e',
    '\u001b',
  );
  const anyUnit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
  const text = fc
    .array(fc.oneof(nasty, fc.string({ maxLength: 8 }), anyUnit))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (given) => {
      expect(printable(given)).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
      expect(oneLine(given)).not.toMatch(/\p{Cc}/u);
      const json = jsonLine({ given });
      expect(json).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
      expect(JSON.parse(json)).toEqual({ given });
    }),
  );
});

test('text of any language stays as it is', () => {
  const text = 'Zürich\t東京\n🚀 ‘quoted’';
  expect(printable(text)).toBe(text);
});
