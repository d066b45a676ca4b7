import { expect, test } from 'vitest';
import { scenarios } from './scenarios.ts';

test('each scenario has a name of its own that can be typed, and asks one question', () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, asks } of scenarios) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(asks).toMatch(/^[A-Z][^?]*\?$/);
  }
});
