import type { Program } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { ProgramCache } from './program-cache.ts';

const program = (body: string): Program => ({
  source: `export default () => ${body}`,
  sourceType: 'module',
  modules: [],
});

test('a program is parsed once', () => {
  const cache = new ProgramCache();
  expect(cache.prepare(program('1'))).toBe(cache.prepare(program('1')));
  expect(cache.size).toBe(1);
});

test('programs that differ only in their modules or kind are different programs', () => {
  const cache = new ProgramCache();
  const expression: Program = { source: '() => 1', sourceType: 'expression', modules: [] };
  cache.prepare(program('1'));
  cache.prepare({ ...program('1'), modules: [['./a.js', 'export const a = 1']] });
  cache.prepare(expression);
  expect(cache.size).toBe(3);
});

test('the program unused for longest goes first', () => {
  // Room for two such programs: each counts a thousand characters more than its few.
  const cache = new ProgramCache(3_000);
  const one = cache.prepare(program('1'));
  const two = cache.prepare(program('2'));
  cache.prepare(program('1'));
  cache.prepare(program('3'));
  expect(cache.size).toBe(2);
  expect(cache.prepare(program('1'))).toBe(one);
  expect(cache.prepare(program('2'))).not.toBe(two);
});

test('a program that does not parse is refused each time and not kept', () => {
  const cache = new ProgramCache();
  for (const _time of [1, 2]) {
    expect(() => cache.prepare(program('('))).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_GUEST_SYNTAX' }),
    );
  }
  expect(cache.size).toBe(0);
});
