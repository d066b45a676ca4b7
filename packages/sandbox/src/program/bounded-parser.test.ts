import { expect, test, vi } from 'vitest';
import { parseModule } from './parse-module.ts';
import { transformModule } from './transform-module.ts';

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');

const refusal = (source: string): string => {
  try {
    transformModule('main', source);
    return 'no refusal';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
};

test('a module that takes too long to be parsed is refused with the limit that it met', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(1_002);
  try {
    expect(refusal('a;'.repeat(500))).toMatch(
      /^ERR_WAYBILL_GUEST_SYNTAX main:1:\d+: took more than 1001 ms to be parsed$/,
    );
    now.mockReset().mockReturnValueOnce(0).mockReturnValue(1_002);
    expect(refusal('/(?<a>)|(?<b>)/')).toContain('took more than 1001 ms to be parsed');
  } finally {
    now.mockRestore();
  }
});

test('brackets may be nested 512 levels deep and scopes 100, and no deeper', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(refusal(nested(512))).toBe('no refusal');
  const brackets = 'nested too deeply (more than 512 brackets)';
  expect(refusal(nested(513))).toBe(`ERR_WAYBILL_GUEST_SYNTAX main:1:514: ${brackets}`);
  expect(refusal('`${'.repeat(600))).toContain(brackets);
  expect(refusal('[];'.repeat(600))).toBe('no refusal');
  const scopes = 'nested too deeply (more than 100 scopes)';
  expect(refusal(`${'a=>'.repeat(99)}1`)).toBe('no refusal');
  expect(refusal(`${'a=>'.repeat(100)}1`)).toContain(scopes);
  expect(refusal(`${'{'.repeat(100)}${'}'.repeat(100)}`)).toContain(scopes);
});

test('names are found in long lists as they are in short ones', () => {
  const names = many(20_000, (index) => `,a${index}`);
  expect(refusal(`let x${names};`)).toBe('no refusal');
  expect(refusal(`let {x${names}} = {};`)).toBe('no refusal');
  expect(refusal(`let x${names}; let a7;`)).toContain("'a7' has already been declared");
  expect(refusal(`let x${names}; function a7() {}`)).toContain('has already been declared');
  expect(refusal(`let x${names}; { var a7; }`)).toContain('has already been declared');
  expect(refusal(`export { a7, nope }; let x${names};`)).toContain("'nope' is not defined");
  expect(() => parseModule('try {} catch (e) { var e; } function f(a) { var a; }')).not.toThrow();
});
