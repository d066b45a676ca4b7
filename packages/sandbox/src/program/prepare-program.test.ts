import { expect, test } from 'vitest';
import { hashProgram } from './prepare-program.ts';

const hashOf = (source: string, modules: readonly (readonly [string, string])[] = []): string =>
  hashProgram({ source, sourceType: 'module', modules });

test('programs that differ in a lone surrogate only have hashes of their own', () => {
  const hashes = ['\ud800', '\udfff', '\ufffd'].map((text) => hashOf(`export default '${text}'`));
  expect(new Set(hashes).size).toBe(3);
});

test('text that moves from one part of a program to the next changes its hash', () => {
  const hashes = [hashOf('ab', [['c', 'd']]), hashOf('a', [['bc', 'd']]), hashOf('abcd')];
  expect(new Set(hashes).size).toBe(3);
});
